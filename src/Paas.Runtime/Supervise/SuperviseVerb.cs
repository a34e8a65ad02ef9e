using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Events;
using Paas.Linux.Spawning;
using Paas.Runtime.Containers;
using Paas.Runtime.Verbs;
using static Paas.Linux.Native;

namespace Paas.Runtime.Supervise;

/// <summary><c>paas-runtime supervise --bundle DIR [--detach]</c></summary>
internal static class SuperviseVerb
{
    private const string Usage = "usage: paas-runtime supervise --bundle DIR [--detach]";

    // Where a detached supervisor tells its starter that it runs ("ok"), or why not; descriptor 3.
    private const string ReportOption = "--report";
    private const string Ok = "ok";

    /// <summary>Runs the verb.</summary>
    /// <param name="arguments">What follows <c>supervise</c>.</param>
    /// <returns>0: the process ended for good, or with <c>--detach</c>: it runs. 1: it could not be started. 2: wrong usage.</returns>
    public static int Run(string[] arguments)
    {
        string? bundle = null;
        var (detach, report) = (false, false);
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--bundle" or "-b" when i + 1 < arguments.Length:
                    bundle = arguments[++i];
                    break;
                case "--detach":
                    detach = true;
                    break;
                case ReportOption:
                    report = true;
                    break;
                default:
                    return Complain($"unknown argument {arguments[i]}; {Usage}", 2);
            }
        }

        if (bundle is null) return Complain(Usage, 2);
        bundle = Path.GetFullPath(bundle);
        return detach ? Detach(bundle) : Supervise(bundle, report);
    }

    private static int Detach(string bundle)
    {
        var (read, write) = Descriptors.Pipe();
        using (read)
        {
            using (write) Spawn.Detached(Self, [Self, "supervise", "--bundle", bundle, ReportOption], write, group: null, SIGTERM, SIGINT, SIGHUP);
            var answer = ReadToEnd(read);
            return answer == Ok ? 0 : Complain(answer.Length > 0 ? answer : "the supervisor died while it started", 1);
        }
    }

    private static int Supervise(string bundle, bool report)
    {
        if (!BlockedSignals.AreBlocked(SIGTERM, SIGINT, SIGHUP))
        {
            // Blocked here they would be so in this thread only: begin again with all threads blocking them.
            BlockedSignals.Add(SIGTERM, SIGINT, SIGHUP);
            Spawn.Execute(Self, [Self, "supervise", "--bundle", bundle]);
        }

        using var reporting = report ? new SafeFileHandle(3, ownsHandle: true) : null;
        try
        {
            if (reporting is not null)
            {
                Descriptors.SetCloseOnExec(reporting);
                Directory.SetCurrentDirectory("/");
            }

            return Supervise(bundle, reporting);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or RuntimeException or JsonException or InvalidOperationException or FormatException)
        {
            return Report(reporting, error.Message);
        }
    }

    private static int Supervise(string bundle, SafeFileHandle? reporting)
    {
        var config = ReadConfig(Path.Combine(bundle, "supervise.json"));
        if (config.Version is < 1 or > SupervisorConfig.CurrentVersion)
        {
            throw new RuntimeException($"supervise.json has version {config.Version}; this program knows versions 1 to {SupervisorConfig.CurrentVersion}");
        }

        if (config.SupervisorCgroup is { } group) MoveTo(ControlGroup.At(group));
        var spec = new ContainerSpec
        {
            Id = config.ContainerId,
            BundleDirectory = bundle,
            Config = CreateOptions.ReadConfig(Path.Combine(bundle, "config.json"), out var document),
            ConfigDocument = document,
            RuntimeRoot = config.RuntimeRoot,
        };
        var loop = new EventLoop(TimeProvider.System);
        using var signals = BlockedSignals.Open(SIGTERM, SIGINT, SIGHUP);
        using var supervisor = new Supervisor(config, spec, loop, TimeProvider.System);
        loop.Watch(signals, PollEvents.Readable, () =>
        {
            while (BlockedSignals.Read(signals) is not 0 and var signal)
            {
                // A terminal that goes away is none of ours.
                if (signal != SIGHUP) supervisor.Stop();
            }
        });
        supervisor.Start();
        if (supervisor.State.Error is { } error) return Report(reporting, error);
        Report(reporting, null);
        Finalizers.Begin();
        supervisor.Run();
        return 0;
    }

    // Out of the group of whoever started this, so that stopping or restarting that one's service leaves it alone. paasd starts
    // it there.
    private static void MoveTo(ControlGroup group)
    {
        if (CgroupHierarchies.Current.PathOf("self") == group.Path) return;
        group.Create(new CgroupLimits());
        group.Add(Environment.ProcessId);
    }

    private static SupervisorConfig ReadConfig(string path)
    {
        if (!File.Exists(path)) throw new RuntimeException($"there is no {path}");
        return CreateOptions.Read(path, bytes => SupervisionReader.ReadConfig(bytes));
    }

    private static int Report(SafeFileHandle? reporting, string? error)
    {
        var status = error is null ? 0 : 1;
        if (reporting is null) return error is null ? status : Complain(error, status);
        if (reporting.IsClosed) return status;
        try
        {
            Descriptors.Write(reporting, Encoding.UTF8.GetBytes(error ?? Ok));
        }
        catch (LinuxException)
        {
            // The starter is gone. Whoever comes next finds the socket and the state file.
        }

        reporting.Dispose();
        return status;
    }

    private static string ReadToEnd(SafeFileHandle pipe)
    {
        var answer = new MemoryStream();
        Span<byte> buffer = stackalloc byte[512];
        while (true)
        {
            var wait = new pollfd { fd = (int)pipe.DangerousGetHandle(), events = POLLIN };
            _ = Poll.Wait(new Span<pollfd>(ref wait), -1);
            var count = Descriptors.Read(pipe, buffer);
            if (count == 0) return Encoding.UTF8.GetString(answer.ToArray());
            if (count > 0) answer.Write(buffer[..count]);
        }
    }

    private static int Complain(string message, int status)
    {
        using var standardError = new SafeFileHandle(2, ownsHandle: false);
        Descriptors.Write(standardError, Encoding.UTF8.GetBytes($"paas-runtime: {message}\n"));
        return status;
    }

    private static string Self => Environment.ProcessPath is { } path && File.Exists(path) ? path : "/proc/self/exe";
}
