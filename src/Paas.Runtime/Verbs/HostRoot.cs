using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Verbs;

/// <summary>What is needed only where a container's root is the host's: a user namespace makes it an ordinary user.</summary>
internal static class HostRoot
{
    public static void Protect(GlobalOptions global, RuntimeConfig config)
    {
        // Else the child has a program of its own.
        if (Launcher.CanLaunchApart) return;
        if (config.Linux?.Namespaces?.Any(item => item.Type == "user") != true) SealedProgram.Ensure(global.CommandLine);
    }
}
