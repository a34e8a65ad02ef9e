using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Testing;
using Xunit.Abstractions;

namespace Paas.Runtime.FunctionalTests.Supervise;

/// <summary>What becomes of an app whose log's disk is full, or takes nothing for a while.</summary>
[Collection(nameof(SuperviseHost))]
public sealed partial class SlowDiskTests(SuperviseHost host, ITestOutputHelper output)
{
    private const int LockExclusive = 2;

    // Writes as fast as it can, and says in a file how long a hundred megabytes took.
    private const string Flood = "s=$(cat /proc/uptime); yes 'a line of some length that is written again and again' | head -c 100000000; echo $s $(cat /proc/uptime) > /home/done; sleep 1000";

    private const string Paused = "trap go=1 USR1; echo > /home/paused; while [ -z \"$go\" ]; do sleep 0.05; done;";

    private static readonly RestartPolicy Never = new(RestartMode.Never);

    [RootFact]
    public void An_app_is_not_held_up_by_a_full_disk_and_every_lost_line_is_counted()
    {
        const int Count = 15_000;
        using var bundle = new SupervisedBundle(host, $"seq 1 {Count} > /home/all; cat /home/all; echo > /home/done; {Paused} echo room", Never);
        using var disk = new SmallDisk(bundle.Supervisor.LogDirectory, "128k");
        bundle.Start();
        Wait.Until(() => bundle.HasWritten("done"), () => "the app waits for its log");
        // Some rounds of a disk that refuses.
        Thread.Sleep(2500);
        disk.Grow("64m");
        GoOn(bundle);
        bundle.WaitForState(state => state.Status == SupervisedStatus.Exited);
        var lines = bundle.Lines();
        var lost = lines.Select(line => Lost().Match(line)).Where(match => match.Success).Sum(match => int.Parse(match.Groups[1].Value));
        var written = lines.Count(line => Number().IsMatch(line));
        output.WriteLine($"{written} written, {lost} lost");
        Assert.Equal(Count, written + lost);
        Assert.True(lost > Count / 2);
        Assert.Contains("o room", lines);
    }

    [RootFact]
    public void An_app_is_not_held_up_by_a_disk_that_hangs_and_the_supervisor_answers()
    {
        using var bundle = new SupervisedBundle(host, Paused + Flood, Never);
        bundle.Start();
        // Whoever writes the log waits for this, as it would for a disk that does not answer.
        var gate = new FileStream(Path.Combine(bundle.Supervisor.LogDirectory, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using (gate)
        {
            Assert.Equal(0, Flock(gate.SafeFileHandle, LockExclusive));
            GoOn(bundle);
            Wait.Until(() => bundle.HasWritten("done"), () => "the app waits for its log");
            using var client = bundle.Connect();
            var watch = Stopwatch.StartNew();
            Assert.Equal(SupervisedStatus.Running, client.Ask("state").State!.Status);
            Assert.InRange(watch.ElapsedMilliseconds, 0, 2000);
        }

        var (from, to) = bundle.Read("done").Split(' ') is [var first, _, var last, ..] ? (double.Parse(first), double.Parse(last)) : (0, 0);
        output.WriteLine($"100 MB written in {to - from:F2} s while the log took nothing");
        using (var client = bundle.Connect()) client.Ask("stop", grace: 0);
        Assert.Contains(bundle.Lines(), line => Lost().IsMatch(line) || line.StartsWith("s dropped ", StringComparison.Ordinal));
    }

    [RootFact]
    public void An_app_is_told_to_stop_and_ends_although_the_disk_hangs()
    {
        using var bundle = new SupervisedBundle(host, "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done", Never);
        var pid = bundle.Start().SupervisorPid;
        using var gate = new FileStream(Path.Combine(bundle.Supervisor.LogDirectory, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Assert.Equal(0, Flock(gate.SafeFileHandle, LockExclusive));
        using var client = bundle.Connect();
        var watch = Stopwatch.StartNew();
        Assert.Equal(SupervisedStatus.Exited, client.Ask("stop").State!.Status);
        output.WriteLine($"stopped after {watch.Elapsed.TotalSeconds:F2} s");
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 8);
        Wait.Until(() => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z "), () => "the supervisor waits for ever");
    }

    private static void GoOn(SupervisedBundle bundle)
    {
        Wait.Until(() => bundle.HasWritten("paused"), () => "the process does not come so far");
        using var client = bundle.Connect();
        Assert.Null(client.Ask("signal", "SIGUSR1").Error);
    }

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Flock(SafeFileHandle file, int operation);

    [GeneratedRegex(@"^s lost (\d+) lines?: ")]
    private static partial Regex Lost();

    [GeneratedRegex(@"^o \d+$")]
    private static partial Regex Number();

    // A disk of a few pages in the place of a directory.
    private sealed class SmallDisk : IDisposable
    {
        private readonly string path;

        public SmallDisk(string path, string size)
        {
            this.path = Directory.CreateDirectory(path).FullName;
            Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", path);
        }

        public void Grow(string size) => Run("mount", "-o", $"remount,size={size}", path);

        // Lazily: the supervisor may have it open still.
        public void Dispose() => Run("umount", "-l", path);

        private static void Run(string program, params string[] arguments)
        {
            using var process = Process.Start(program, arguments);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }
}
