using Paas.Contracts.Supervision;
using Paas.Testing;

namespace Paas.Runtime.FunctionalTests.Supervise;

/// <summary>Further processes in a supervised container.</summary>
[Collection(nameof(SuperviseHost))]
public sealed class SuperviseExecTests(SuperviseHost host)
{
    private const string Idle = "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done";

    private static readonly WindowSize Small = new(24, 80);

    [RootFact]
    public void A_process_gets_pipes_and_the_container_s_user_and_environment()
    {
        using var bundle = Start();
        using var client = new ExecClient(bundle.Supervisor.SocketPath);
        var reply = client.Start(Shell("cat; id -u; echo $PATH $X >&2; [ $$ -gt 1 ]; exit 7", env: ["X=1", "X=2"]));
        Assert.Null(reply.Error);
        Assert.Equal(3, client.Streams);
        ExecClient.Write(client.Stream(0), "hello\n");
        client.Stream(0).Dispose();
        Assert.Equal("hello\n1000\n", ExecClient.Read(client.Stream(1)));
        Assert.Equal("/bin 2\n", ExecClient.Read(client.Stream(2)));
        Assert.Equal(new ExecEnded(reply.Exec!.Id, 7, null), client.Next().ExecEnded);
    }

    [RootFact]
    public void A_process_gets_a_terminal_whose_size_changes()
    {
        using var bundle = Start();
        using var client = new ExecClient(bundle.Supervisor.SocketPath);
        var exec = client.Start(Shell("busybox stty size; read line; busybox stty size; echo $line > /dev/tty; exit 5", Small)).Exec!;
        Assert.Equal(1, client.Streams);
        Assert.Equal("24 80\r\n", ExecClient.Read(client.Stream(0), "\n"));
        Assert.Null(client.Ask(new SupervisorRequest(2, "resizeExec", ExecId: exec.Id, Size: new WindowSize(40, 132))).Error);
        ExecClient.Write(client.Stream(0), "typed\n");
        Assert.Equal("typed\r\n40 132\r\ntyped\r\n", ExecClient.Read(client.Stream(0)));
        Assert.Equal(new ExecEnded(exec.Id, 5, null), client.Next().ExecEnded);
    }

    [RootFact]
    public void Control_c_at_its_terminal_interrupts_it()
    {
        using var bundle = Start();
        using var client = new ExecClient(bundle.Supervisor.SocketPath);
        var exec = client.Start(new ExecRequest(["/bin/sh", "-c", "echo ready; exec sleep 1000"], Terminal: Small)).Exec!;
        ExecClient.Read(client.Stream(0), "ready");
        ExecClient.Write(client.Stream(0), "\x03");
        Assert.Equal(new ExecEnded(exec.Id, null, 2), client.Next().ExecEnded);
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_process_ends_with_its_client_however_stubborn(bool terminal)
    {
        using var bundle = Start();
        var open = Descriptors(bundle);
        using (var client = new ExecClient(bundle.Supervisor.SocketPath))
        {
            client.Start(Shell("trap '' HUP TERM; sleep 4242 & sleep 4243 & echo ready; wait; sleep 4244", terminal ? Small : null));
            ExecClient.Read(client.Stream(terminal ? 0 : 1), "ready");
            Wait.Until(() => Sleeping(bundle) == 2, () => "its children do not run");
        }

        Wait.Until(() => Sleeping(bundle) == 0, () => "something of it is left");
        Wait.Until(() => Descriptors(bundle) == open, () => $"{Descriptors(bundle)} descriptors are open, {open} were");
        Assert.Equal(SupervisedStatus.Running, bundle.State().Status);
    }

    [RootFact]
    public void A_signal_reaches_it_and_nobody_else_s()
    {
        using var bundle = Start();
        using var client = new ExecClient(bundle.Supervisor.SocketPath);
        using var other = new ExecClient(bundle.Supervisor.SocketPath);
        var exec = client.Start(Shell("exec sleep 1000")).Exec!;
        Assert.Equal($"there is no exec {exec.Id} of this connection", other.Ask(new SupervisorRequest(2, "signalExec", "SIGTERM", ExecId: exec.Id)).Error);
        Assert.Equal("it has no terminal", client.Ask(new SupervisorRequest(2, "resizeExec", ExecId: exec.Id, Size: Small)).Error);
        Assert.Null(client.Ask(new SupervisorRequest(2, "signalExec", "SIGTERM", ExecId: exec.Id)).Error);
        Assert.Equal(new ExecEnded(exec.Id, null, 15), client.Next().ExecEnded);
        Assert.Equal(SupervisedStatus.Running, bundle.State().Status);
    }

    [RootFact]
    public void There_is_a_bound_and_what_cannot_be_run_says_why()
    {
        using var bundle = Start();
        var open = Descriptors(bundle);
        using (var client = new ExecClient(bundle.Supervisor.SocketPath))
        {
            Assert.Contains("/bin/nothing", client.Start(new ExecRequest(["/bin/nothing"])).Error, StringComparison.Ordinal);
            Assert.Contains("args are missing", client.Start(new ExecRequest([])).Error, StringComparison.Ordinal);
            Assert.Contains("/nowhere", client.Start(new ExecRequest(["/bin/true"], Cwd: "/nowhere", Terminal: Small)).Error, StringComparison.Ordinal);
            for (var i = 0; i < 16; i++) Assert.Null(client.Start(Shell("exec sleep 4242")).Error);
            Assert.Equal("16 further processes run in the container already", client.Start(Shell("exec sleep 4242")).Error);
        }

        Wait.Until(() => Sleeping(bundle) == 0, () => "some are left");
        Wait.Until(() => Descriptors(bundle) == open, () => $"{Descriptors(bundle)} descriptors are open, {open} were");
    }

    [RootFact]
    public void Stopping_the_container_ends_them_and_says_so()
    {
        using var bundle = Start();
        using var client = new ExecClient(bundle.Supervisor.SocketPath);
        var exec = client.Start(Shell("exec sleep 1000", Small)).Exec!;
        using var stopping = bundle.Connect();
        Assert.Equal(SupervisedStatus.Exited, stopping.Ask("stop").State!.Status);
        Assert.Equal(new ExecEnded(exec.Id, null, 9), client.Next().ExecEnded);
    }

    [RootFact]
    public void A_supervisor_that_is_killed_takes_them_along()
    {
        using var bundle = Start();
        using var client = new ExecClient(bundle.Supervisor.SocketPath);
        var exec = client.Start(Shell("trap '' HUP; echo ready; while :; do sleep 4242; done", Small)).Exec!;
        ExecClient.Read(client.Stream(0), "ready");
        using (var supervisor = System.Diagnostics.Process.GetProcessById(bundle.State().SupervisorPid)) supervisor.Kill();
        Wait.Until(() => !Directory.Exists($"/proc/{exec.Pid}") || File.ReadAllText($"/proc/{exec.Pid}/stat").Contains(") Z "), () => "it lives on");
    }

    private static ExecRequest Shell(string script, WindowSize? terminal = null, string[]? env = null) =>
        new(["/bin/sh", "-c", script], env, Terminal: terminal);

    private static int Sleeping(SupervisedBundle bundle)
    {
        var count = 0;
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                if (File.ReadAllText(process + "/cmdline").StartsWith("sleep\0424", StringComparison.Ordinal)
                    && File.ReadAllText(process + "/cgroup").Contains(bundle.Id, StringComparison.Ordinal))
                {
                    count++;
                }
            }
            catch (IOException)
            {
                // Gone meanwhile.
            }
        }

        return count;
    }

    private static int Descriptors(SupervisedBundle bundle) => Directory.GetFiles($"/proc/{bundle.State().SupervisorPid}/fd").Length;

    private SupervisedBundle Start()
    {
        var bundle = new SupervisedBundle(host, Idle, terminals: true);
        bundle.Start();
        return bundle;
    }
}
