using Paas.Linux;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;
using Paas.Runtime.Supervise;

namespace Paas.Runtime.Verbs;

/// <summary><c>kill</c>: signals a container's first process, or with <c>--all</c> every process in it.</summary>
internal static class KillVerb
{
    public static int Run(GlobalOptions global, IReadOnlyList<string> arguments)
    {
        var reader = new OptionReader(arguments);
        var all = false;
        while (reader.NextOption() is { } option)
        {
            all = option is "--all" or "-a" ? true : throw reader.Unknown();
        }

        var rest = reader.Rest();
        if (rest.Count is 0 or > 2) throw new UsageException("kill [--all] ID [SIGNAL]");
        var signal = Native.SIGTERM;
        if (rest.Count == 2 && !SignalNames.TryParse(rest[1], out signal)) throw new UsageException($"unknown signal {rest[1]}");
        Kill(KnownContainer.Load(global.Root, rest[0]), signal, all);
        return 0;
    }

    private static void Kill(KnownContainer container, int signal, bool all)
    {
        if (all)
        {
            if (signal == Native.SIGKILL) container.Group.Kill();
            else container.Group.Signal(signal);
            return;
        }

        using var process = container.OpenProcess();
        if (process is null || !Processes.Signal(process, signal)) throw new RuntimeException($"container not running: {container.Record.Id}");
    }
}
