using System.Globalization;
using Paas.Runtime.Containers;

namespace Paas.Runtime.Verbs;

/// <summary>Listening sockets that systemd hands to this program are the container's (sd_listen_fds(3)).</summary>
internal static class SocketActivation
{
    private const string Count = "LISTEN_FDS";
    private const string Receiver = "LISTEN_PID";

    /// <summary>The specification with those descriptors kept, and the process told of them.</summary>
    public static ContainerSpec WithActivation(this ContainerSpec spec)
    {
        var text = Environment.GetEnvironmentVariable(Count);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sockets) || sockets == 0) return spec;
        // They may be meant for a program further up.
        if (Environment.GetEnvironmentVariable(Receiver) != $"{Environment.ProcessId}") return spec;
        if (spec.Config.Process is not { } process) return spec;
        return spec with
        {
            PreservedDescriptors = spec.PreservedDescriptors + sockets,
            Config = spec.Config with { Process = process with { Env = [.. process.Env ?? [], $"{Count}={sockets}", $"{Receiver}=1"] } },
        };
    }
}
