using Paas.Linux;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;
using Paas.Runtime.Supervise;

namespace Paas.Runtime.Verbs;

/// <summary><c>kill</c>: signals a container's first process, or with <c>--all</c> every process in it.</summary>
internal static class KillVerb
{
    private static readonly int[] Ending = [Native.SIGHUP, Native.SIGINT, Native.SIGQUIT, Native.SIGTERM];

    public static int Run(GlobalOptions global, string[] arguments)
    {
        var reader = new OptionReader(Commands.Kill, arguments);
        var all = false;
        while (reader.NextOption() is { } option)
        {
            all = option is "--all" ? true : throw reader.Unknown();
        }

        var rest = reader.Rest();
        var container = KnownContainer.Load(global.Root, rest[0]);
        var signal = Native.SIGTERM;
        if (rest.Length == 2 && !SignalNames.TryParse(rest[1], out signal)) throw new RuntimeException($"unknown signal \"{rest[1]}\"");
        // It has no program yet that could take it for a wish to end, and the kernel keeps it from the first process of a pid
        // namespace. What runc leaves waiting there ends.
        if (Array.IndexOf(Ending, signal) >= 0 && container.Status() == ContainerStatus.Created) signal = Native.SIGKILL;
        if (all) SignalAll(container, signal);
        else if (!container.Signal(signal)) throw new RuntimeException($"container not running: {container.Record.Id}");
        return 0;
    }

    // That nothing of it runs any more is what its caller wants.
    private static void SignalAll(KnownContainer container, int signal)
    {
        if (signal == Native.SIGKILL) container.Group.Kill();
        else container.Group.Signal(signal);
    }
}
