using System.Globalization;
using Paas.Runtime.Containers;

namespace Paas.Runtime.Verbs;

/// <summary>Listening sockets that systemd hands to this program are the container's (sd_listen_fds(3)).</summary>
internal static class SocketActivation
{
    private const string Count = "LISTEN_FDS";
    private const string Receiver = "LISTEN_PID";

    // For a process whose pid is not known before it is there.
    private const string ItsStarter = "self";

    /// <summary>The specification with those descriptors kept, and the process told of them.</summary>
    public static ContainerSpec WithActivation(this ContainerSpec spec)
    {
        var text = Environment.GetEnvironmentVariable(Count);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sockets) || sockets == 0) return spec;
        // They may be meant for a program further up.
        if (!IsReceiver(Environment.GetEnvironmentVariable(Receiver))) return spec;
        if (spec.Config.Process is not { } process) return spec;
        return spec with
        {
            PreservedDescriptors = InheritedDescriptors.Count(InheritedDescriptors.First, sockets),
            Config = spec.Config with { Process = process with { Env = [.. process.Env ?? [], $"{Count}={sockets}", $"{Receiver}=1"] } },
        };
    }

    /// <summary>This program's environment for the process that runs it anew: what was meant for this one is meant for that one.</summary>
    public static IEnumerable<string> PassOn(IEnumerable<string> environment) =>
        environment.Select(variable => variable == $"{Receiver}={Environment.ProcessId}" ? $"{Receiver}={ItsStarter}" : variable);

    // Whoever names no receiver can mean nobody else, as crun takes it.
    private static bool IsReceiver(string? text) => string.IsNullOrEmpty(text) || text == ItsStarter || text == $"{Environment.ProcessId}";
}
