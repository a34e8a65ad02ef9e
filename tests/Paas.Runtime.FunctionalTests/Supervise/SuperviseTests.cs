using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Paas.Contracts.Supervision;
using Paas.Testing;

namespace Paas.Runtime.FunctionalTests.Supervise;

[Collection(nameof(SuperviseHost))]
public sealed partial class SuperviseTests(SuperviseHost host)
{
    private const string Idle = "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done";

    private static readonly RestartPolicy Never = new(RestartMode.Never);
    private static readonly RestartPolicy Quickly = new(RestartMode.Always, 50, 400);

    [RootFact]
    public void It_starts_and_what_it_writes_is_in_the_log()
    {
        using var bundle = new SupervisedBundle(host, $"echo out; echo error >&2; id -u; hostname=$(cat /proc/sys/kernel/hostname); echo $hostname; {Idle}");
        var state = bundle.Start();
        bundle.WaitForLine("o " + bundle.Id);
        Assert.Equal(SupervisedStatus.Running, state.Status);
        Assert.Equal([$"s started with pid {state.Pid}", "o out", "o 1000", "o " + bundle.Id, "e error"], Sorted(bundle.Lines()));
        Assert.Equal((bundle.Id, bundle.Address, "hello", 0), (state.ContainerId, state.Address, state.Labels["app"], state.Restarts));
        Assert.Equal("2001000", Regex.Match(File.ReadAllText($"/proc/{state.Pid}/status"), @"Uid:\t(\d+)").Groups[1].Value);

        static string[] Sorted(string[] lines) => [lines[0], .. lines[1..].Where(line => line[0] == 'o'), .. lines[1..].Where(line => line[0] != 'o')];
    }

    [RootFact]
    public void It_answers_at_its_address_on_a_low_port_without_being_root()
    {
        using var bundle = new SupervisedBundle(host, "while :; do echo hello | nc -l -p 80; done");
        bundle.Start();
        var answer = "";
        Wait.Until(
            () =>
            {
                try
                {
                    using var client = new TcpClient(bundle.Address, 80);
                    answer = new StreamReader(client.GetStream()).ReadLine();
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            () => string.Join('\n', bundle.Lines()));
        Assert.Equal("hello", answer);
    }

    [RootFact]
    public void A_process_may_open_its_own_output_again()
    {
        using var bundle = new SupervisedBundle(host, "echo opened > /proc/self/fd/1; echo opened > /dev/stderr; " + Idle);
        bundle.Start();
        bundle.WaitForLine("o opened");
        bundle.WaitForLine("e opened");
    }

    [RootFact]
    public void A_killed_process_is_started_again_in_the_same_sandbox()
    {
        using var bundle = new SupervisedBundle(host, "echo started >> /home/starts; echo starts $(wc -l < /home/starts); " + Idle, Quickly);
        var first = bundle.Start();
        bundle.WaitForLine("o starts 1");
        var sandbox = Sandbox(first);
        Kill(first.Pid!.Value, "KILL");
        var second = bundle.WaitForState(state => state is { Status: SupervisedStatus.Running, Restarts: 1 });
        bundle.WaitForLine("o starts 2");
        Assert.NotEqual(first.Pid, second.Pid);
        Assert.Equal(first.SupervisorPid, second.SupervisorPid);
        Assert.Equal(sandbox, Sandbox(second));
        Assert.Equal("10.251", second.Address![..6]);
        Assert.Contains("s ended: killed by signal 9; starting again in 50 ms", bundle.Lines());
        Assert.Contains($"s started with pid {second.Pid}", bundle.Lines());
        var exit = Assert.Single(second.Exits);
        Assert.Equal((null, 9, false), (exit.ExitCode, exit.Signal, exit.OutOfMemory));
    }

    [RootFact]
    public void A_killed_supervisor_takes_everything_with_it()
    {
        using var bundle = new SupervisedBundle(host, "sleep 1001 & " + Idle);
        var state = bundle.Start();
        var sandbox = Sandbox(state);
        Assert.True(bundle.HasHostInterface);
        Assert.Contains(sandbox, NetworkNamespaces());
        Kill(state.SupervisorPid, "KILL");
        Wait.Until(() => !Runs(state.Pid!.Value), () => "the container's init lives on");
        Wait.Until(() => !bundle.HasHostInterface, () => "the veth pair is still there");
        Assert.DoesNotContain(sandbox, NetworkNamespaces());
        Assert.DoesNotContain(bundle.Id, File.ReadAllText("/proc/self/mounts"), StringComparison.Ordinal);

        // And all of it can be made again from the same bundle.
        var again = bundle.Start();
        Assert.NotEqual(state.SupervisorPid, again.SupervisorPid);
        Assert.True(bundle.HasHostInterface);
    }

    [RootFact]
    public void Stopping_lets_the_process_end_and_removes_everything()
    {
        using var bundle = new SupervisedBundle(host, "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 1000 & wait; done");
        var state = bundle.Start();
        bundle.WaitForLine("o ready");
        using var client = bundle.Connect();
        var stopped = client.Ask("stop").State!;
        Assert.Equal((SupervisedStatus.Exited, null, 3), (stopped.Status, stopped.Pid, stopped.Exits[^1].ExitCode));
        Assert.False(bundle.HasHostInterface);
        Assert.Null(client.Next());
        Wait.Until(() => !Runs(state.SupervisorPid), () => "the supervisor lives on");
        Assert.False(File.Exists(bundle.Supervisor.SocketPath));
        Assert.Equal(SupervisedStatus.Exited, bundle.State().Status);
        Assert.Equal(["o ready", "s stopping with SIGTERM, 10 s to go", "o bye", "s stopped: exit status 3"], bundle.Lines()[1..]);
        Assert.DoesNotContain(host.Cgroups(), path => path.Contains(bundle.Id, StringComparison.Ordinal));
        Assert.Empty(Directory.Exists(bundle.Supervisor.RuntimeRoot) ? Directory.GetFileSystemEntries(bundle.Supervisor.RuntimeRoot) : []);
    }

    [RootFact]
    public void A_process_that_does_not_listen_is_killed_after_its_grace()
    {
        using var bundle = new SupervisedBundle(host, "trap '' TERM; echo ready; while :; do sleep 1; done", graceSeconds: 1000);
        bundle.Start();
        bundle.WaitForLine("o ready");
        using var client = bundle.Connect();
        var watch = Stopwatch.StartNew();
        var stopped = client.Ask("stop", grace: 1).State!;
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.95, 8);
        Assert.Equal((SupervisedStatus.Exited, 9), (stopped.Status, stopped.Exits[^1].Signal));
        Assert.Contains("s still there after its time: killing it", bundle.Lines());
    }

    [RootFact]
    public void A_second_stop_with_less_grace_hurries_the_first()
    {
        using var bundle = new SupervisedBundle(host, "trap '' TERM; echo ready; while :; do sleep 1; done", graceSeconds: 1000);
        bundle.Start();
        bundle.WaitForLine("o ready");
        using var patient = bundle.Connect();
        patient.Say("""{"version":1,"operation":"stop"}""");
        bundle.WaitForState(state => state.Status == SupervisedStatus.Stopping);
        using var hurried = bundle.Connect();
        Assert.Equal(SupervisedStatus.Exited, hurried.Ask("stop", grace: 0).State!.Status);
        Assert.Equal(SupervisedStatus.Exited, patient.Next()!.State!.Status);
    }

    [RootFact]
    public void SIGTERM_to_the_supervisor_stops_gracefully()
    {
        using var bundle = new SupervisedBundle(host, "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 1000 & wait; done");
        var state = bundle.Start();
        bundle.WaitForLine("o ready");
        Kill(state.SupervisorPid, "TERM");
        Wait.Until(() => !Runs(state.SupervisorPid), () => "the supervisor lives on");
        Assert.Contains("o bye", bundle.Lines());
        Assert.Equal((SupervisedStatus.Exited, 0), (bundle.State().Status, bundle.State().Exits[^1].ExitCode));
    }

    [RootFact]
    public void A_process_that_keeps_failing_is_started_ever_later()
    {
        using var bundle = new SupervisedBundle(host, "exit 3", Quickly);
        var pid = bundle.Start().SupervisorPid;
        bundle.WaitForState(state => state is { Restarts: 1, Status: SupervisedStatus.Backoff });
        var open = Directory.GetFiles($"/proc/{pid}/fd").Length;
        var state = bundle.WaitForState(state => state is { Restarts: 6, Status: SupervisedStatus.Backoff });
        Assert.Equal(open, Directory.GetFiles($"/proc/{pid}/fd").Length);
        var waits = bundle.Lines().Where(line => line.StartsWith("s ended", StringComparison.Ordinal)).Take(6);
        int[] expected = [50, 100, 200, 400, 400, 400];
        Assert.Equal(expected.Select(wait => $"s ended: exit status 3; starting again in {wait} ms"), waits);
        var ends = state.Exits.Select(exit => exit.At).Take(6).ToArray();
        double[] least = [0.05, 0.1, 0.2, 0.4, 0.4];
        Assert.All(least.Index(), wait => Assert.InRange((ends[wait.Index + 1] - ends[wait.Index]).TotalSeconds, wait.Item, wait.Item + 5));
    }

    [RootFact]
    public void A_crash_loop_is_seen_in_the_state_and_ends_after_so_many_restarts()
    {
        using var bundle = new SupervisedBundle(host, "exit 3", new RestartPolicy(RestartMode.OnFailure, 200, 200, MaximumRestarts: 3));
        bundle.Start();
        var loop = bundle.WaitForState(state => state is { Status: SupervisedStatus.Backoff, FailuresInRow: 3 });
        Assert.InRange((loop.NextStartAt!.Value - loop.Exits[^1].At).TotalMilliseconds, 150, 2000);
        var over = bundle.WaitForState(state => state.Status == SupervisedStatus.Exited);
        Assert.Equal((3, 4, 4, null), (over.Restarts, over.Exits.Count, over.FailuresInRow, over.NextStartAt));
        Assert.Equal("giving up after 3 restarts in a row", over.Error);
        Assert.Equal("s ended: exit status 3; giving up after 3 restarts in a row", bundle.Lines()[^1]);
    }

    [RootFact]
    public void A_process_that_runs_on_after_failures_has_none_in_a_row_any_more()
    {
        using var bundle = new SupervisedBundle(
            host, $"[ -e /home/second ] || {{ echo > /home/second; exit 3; }}; {Idle}", new RestartPolicy(RestartMode.Always, 10, 10, ResetAfterSeconds: 1));
        bundle.Start();
        bundle.WaitForState(state => state is { Status: SupervisedStatus.Running, Restarts: 1, FailuresInRow: 1 });
        bundle.WaitForState(state => state is { Status: SupervisedStatus.Running, Restarts: 1, FailuresInRow: 0 });
    }

    [RootFact]
    public void Stopping_while_it_waits_to_start_again_ends_at_once()
    {
        using var bundle = new SupervisedBundle(host, "exit 3", new RestartPolicy(RestartMode.OnFailure, 600_000, 600_000));
        bundle.Start();
        bundle.WaitForState(state => state.Status == SupervisedStatus.Backoff);
        using var client = bundle.Connect();
        Assert.Equal(SupervisedStatus.Exited, client.Ask("stop").State!.Status);
        Assert.False(bundle.HasHostInterface);
    }

    [RootFact]
    public void Who_watches_sees_every_change()
    {
        using var bundle = new SupervisedBundle(host, Idle, Quickly);
        var state = bundle.Start();
        using var watcher = bundle.Connect();
        var seen = new List<SupervisedStatus> { watcher.Ask("watch").State!.Status };
        Kill(state.Pid!.Value, "KILL");
        while (seen.Count < 4) seen.Add(watcher.Next()!.State!.Status);
        using var client = bundle.Connect();
        client.Ask("stop", grace: 0);
        while (watcher.Next() is { } reply) seen.Add(reply.State!.Status);
        Assert.Equal(
            [
                SupervisedStatus.Running, SupervisedStatus.Backoff, SupervisedStatus.Starting, SupervisedStatus.Running,
                SupervisedStatus.Stopping, SupervisedStatus.Exited,
            ],
            seen);
    }

    [RootFact]
    public void A_restart_is_asked_for_and_comes_at_once()
    {
        using var bundle = new SupervisedBundle(host, Idle, new RestartPolicy(RestartMode.Never, 600_000, 600_000));
        var first = bundle.Start();
        using var client = bundle.Connect();
        var second = client.Ask("restart", grace: 5).State!;
        Assert.Equal((SupervisedStatus.Running, 1), (second.Status, second.Restarts));
        Assert.NotEqual(first.Pid, second.Pid);
        Assert.Equal(second.Pid, client.Ask("state").State!.Pid);
    }

    [RootFact]
    public void Signals_are_passed_on()
    {
        using var bundle = new SupervisedBundle(host, "trap 'echo got it' USR1; echo ready; while :; do sleep 1000 & wait; done");
        bundle.Start();
        bundle.WaitForLine("o ready");
        using var client = bundle.Connect();
        Assert.Null(client.Ask("signal", "SIGUSR1").Error);
        bundle.WaitForLine("o got it");
        Assert.Equal("SIGNOTHING is not a signal", client.Ask("signal", "SIGNOTHING").Error);
        client.Say("garbage");
        Assert.NotNull(client.Next()!.Error);
        Assert.Equal(SupervisedStatus.Running, client.Ask("state").State!.Status);
    }

    [RootFact]
    public void A_process_that_took_too_much_memory_is_told_of()
    {
        using var bundle = new SupervisedBundle(host, "tail /dev/zero; exit $?", Never, memory: 16 << 20);
        bundle.Start();
        var state = bundle.WaitForState(state => state.Status == SupervisedStatus.Exited);
        var exit = Assert.Single(state.Exits);
        Assert.True(exit.OutOfMemory);
        Assert.Equal(16 << 20, exit.MemoryLimitBytes);
        Assert.InRange(exit.PeakMemoryBytes!.Value, 15 << 20, 16 << 20);
        Assert.Equal("s ended: exit status 137 (out of memory: used 16 MB of 16 MB)", bundle.Lines()[^1]);
    }

    [RootFact]
    public void An_exit_tells_the_memory_of_its_own_process_only()
    {
        using var bundle = new SupervisedBundle(
            host, "if [ -e /home/second ]; then exit 1; fi; echo > /home/second; head -c 8000000 /dev/zero | tail -c 8000000 > /dev/null; exit 1", new RestartPolicy(RestartMode.OnFailure, 10, 10, MaximumRestarts: 1), memory: 64 << 20);
        bundle.Start();
        var exits = bundle.WaitForState(state => state.Status == SupervisedStatus.Exited).Exits;
        Assert.Equal(2, exits.Count);
        Assert.InRange(exits[0].PeakMemoryBytes!.Value, 8_000_000, 64 << 20);
        Assert.InRange(exits[1].PeakMemoryBytes!.Value, 1, 7_000_000);
    }

    [RootFact]
    public void A_process_that_floods_its_log_is_not_held_up_and_the_gap_is_counted()
    {
        using var bundle = new SupervisedBundle(host, "yes | head -n 300000; exit 7", Never);
        bundle.Start();
        var state = bundle.WaitForState(state => state.Status == SupervisedStatus.Exited);
        Assert.Equal(7, state.Exits[0].ExitCode);
        var lines = bundle.Lines();
        var dropped = lines.Select(line => Dropped().Match(line)).Where(match => match.Success).Sum(match => int.Parse(match.Groups[1].Value));
        Assert.Equal(300_000, lines.Count(line => line == "o y") + dropped);
        Assert.True(dropped > 100_000);
    }

    [RootFact]
    public void What_a_process_wrote_last_is_in_the_log_also_without_a_newline()
    {
        using var bundle = new SupervisedBundle(host, "echo first; echo -n last; exit 1", Never);
        bundle.Start();
        bundle.WaitForState(state => state.Status == SupervisedStatus.Exited);
        Assert.Equal(["o first", "o last", "s ended: exit status 1"], bundle.Lines()[1..]);
    }

    [RootTheory]
    [InlineData(RestartMode.OnFailure, 0)]
    [InlineData(RestartMode.Never, 1)]
    public void A_process_that_is_not_to_be_started_again_ends_its_supervisor(RestartMode mode, int code)
    {
        using var bundle = new SupervisedBundle(host, $"exit {code}", new RestartPolicy(mode));
        var pid = bundle.Start().SupervisorPid;
        bundle.WaitForState(state => state.Status == SupervisedStatus.Exited);
        Wait.Until(() => !Runs(pid), () => "the supervisor lives on");
        Assert.False(bundle.HasHostInterface);
    }

    [RootFact]
    public void What_cannot_be_started_says_why_and_leaves_nothing()
    {
        using var bundle = new SupervisedBundle(host, "", args: ["/bin/nothing"]);
        var (status, error) = bundle.TryStart();
        Assert.Equal(1, status);
        Assert.Contains("/bin/nothing", error, StringComparison.Ordinal);
        Assert.Equal(SupervisedStatus.Failed, bundle.State().Status);
        Assert.Contains("/bin/nothing", bundle.State().Error, StringComparison.Ordinal);
        Assert.False(bundle.HasHostInterface);
        Assert.False(File.Exists(bundle.Supervisor.SocketPath));
        Assert.DoesNotContain(host.Cgroups(), path => path.Contains(bundle.Id, StringComparison.Ordinal));
        Wait.Until(() => !Runs(bundle.State().SupervisorPid), () => "the supervisor lives on");
    }

    [RootFact]
    public void A_bundle_that_is_not_one_is_named()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal($"paas-runtime: there is no {directory.Path}/supervise.json\n", Complaint());
        File.WriteAllText(directory.Combine("supervise.json"), "{\n\"version\": x}");
        Assert.Equal($"paas-runtime: {directory.Path}/supervise.json: 'x' is an invalid start of a value. LineNumber: 1 | BytePositionInLine: 11.\n", Complaint());
        File.WriteAllText(directory.Combine("supervise.json"), """{"version":1,"containerId":"a"}""");
        Assert.Equal($"paas-runtime: {directory.Path}/supervise.json: runtimeRoot is missing\n", Complaint());

        string Complaint()
        {
            using var starter = Process.Start(new ProcessStartInfo(Programs.Runtime, ["supervise", "--bundle", directory.Path, "--detach"]) { RedirectStandardError = true })!;
            var error = starter.StandardError.ReadToEnd();
            starter.WaitForExit();
            Assert.Equal(1, starter.ExitCode);
            return error;
        }
    }

    [RootFact]
    public void A_bundle_is_supervised_once()
    {
        using var bundle = new SupervisedBundle(host, Idle);
        var state = bundle.Start();
        var (status, error) = bundle.TryStart();
        Assert.Equal(1, status);
        Assert.Contains("another supervisor", error, StringComparison.Ordinal);
        Assert.True(Runs(state.Pid!.Value));
        Assert.Equal(state.SupervisorPid, bundle.State().SupervisorPid);
        Assert.True(bundle.HasHostInterface);
    }

    [RootFact]
    public void A_supervisor_stands_on_its_own()
    {
        using var bundle = new SupervisedBundle(host, Idle);
        var pid = bundle.Start().SupervisorPid;
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        Assert.Equal($"{pid}", fields[3]);
        Assert.All((string[])["0", "1", "2"], number => Assert.Equal("/dev/null", File.ResolveLinkTarget($"/proc/{pid}/fd/{number}", false)!.FullName));
        Assert.Contains(File.ReadLines($"/proc/{pid}/cgroup"), line => line.EndsWith($"{host.CgroupParent}/supervisors", StringComparison.Ordinal));
    }

    private static string Sandbox(SupervisorState state) => new FileInfo($"/proc/{state.Pid}/ns/net").LinkTarget!;

    private static HashSet<string> NetworkNamespaces()
    {
        var found = new HashSet<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                found.Add(new FileInfo(process + "/ns/net").LinkTarget ?? "");
                foreach (var open in Directory.EnumerateFiles(process + "/fd")) found.Add(new FileInfo(open).LinkTarget ?? "");
            }
            catch (IOException)
            {
                // Gone meanwhile.
            }
        }

        return found;
    }

    private static void Kill(int pid, string signal)
    {
        using var kill = Process.Start("/bin/kill", ["-s", signal, $"{pid}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    // A zombie has ended; whoever started the test may not reap it.
    private static bool Runs(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^s dropped (\d+) lines?: ")]
    private static partial Regex Dropped();
}
