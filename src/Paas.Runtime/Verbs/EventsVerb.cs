using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Events;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;
using static Paas.Linux.Native;

namespace Paas.Runtime.Verbs;

/// <summary><c>events</c>: a container's statistics every few seconds, and word when it is out of memory, as lines of JSON.</summary>
internal static class EventsVerb
{
    public static int Run(GlobalOptions global, string[] arguments)
    {
        var reader = new OptionReader(Commands.Events, arguments);
        var (interval, once) = (TimeSpan.FromSeconds(5), false);
        while (reader.NextOption() is { } option)
        {
            switch (option)
            {
                case "--stats":
                    once = true;
                    break;
                case "--interval":
                    interval = reader.Duration();
                    break;
                default:
                    throw reader.Unknown();
            }
        }

        var container = KnownContainer.Load(global.Root, reader.OnlyId());
        if (interval <= TimeSpan.Zero) throw new RuntimeException("duration interval must be greater than 0");
        using var process = container.Status() == ContainerStatus.Stopped ? null : container.OpenProcess();
        if (process is null) throw new RuntimeException($"container with id {container.Record.Id} is not running");
        if (once) StandardOutput.Write(EventJson.Statistics(container));
        else Follow(container, process, interval);
        return 0;
    }

    private static void Follow(KnownContainer container, Microsoft.Win32.SafeHandles.SafeFileHandle process, TimeSpan interval)
    {
        Finalizers.Begin();
        using var watch = new OutOfMemoryWatch(container.Group);
        var next = Environment.TickCount64 + (long)interval.TotalMilliseconds;
        Span<pollfd> poll =
        [
            new pollfd { fd = (int)watch.Handle.DangerousGetHandle(), events = (short)PollEvents.Readable },
            new pollfd { fd = (int)process.DangerousGetHandle(), events = (short)PollEvents.Readable },
            // Nothing but the news that nobody reads any more.
            new pollfd { fd = 1, events = (short)PollEvents.None },
        ];
        while (true)
        {
            Poll.Wait(poll, (int)Math.Max(0, next - Environment.TickCount64));
            if (poll[0].revents != 0) ReportOutOfMemory(container, watch);
            if ((poll[1].revents | poll[2].revents) != 0) return;
            if (Environment.TickCount64 < next) continue;
            StandardOutput.Write(EventJson.Statistics(container));
            next = Environment.TickCount64 + (long)interval.TotalMilliseconds;
        }
    }

    private static void ReportOutOfMemory(KnownContainer container, OutOfMemoryWatch watch)
    {
        for (var times = watch.Take(); times > 0; times--) StandardOutput.Write(EventJson.OutOfMemory(container.Record.Id));
    }
}
