using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;

namespace Paas.Runtime.Verbs;

/// <summary><c>create</c>: makes a container whose process waits for <c>start</c>.</summary>
internal static class CreateVerb
{
    public static int Run(GlobalOptions global, IReadOnlyList<string> arguments)
    {
        var options = CreateOptions.Parse(arguments, isRun: false);
        var spec = options.ToSpec(global) with { WaitAtFifo = true };
        HostRoot.Protect(global, spec.Config);
        using var container = ContainerFactory.Create(spec);
        try
        {
            options.WritePidFile(container.Pid);
        }
        catch
        {
            container.Delete();
            throw;
        }

        return 0;
    }
}
