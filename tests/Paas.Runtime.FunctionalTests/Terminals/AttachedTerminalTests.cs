using System.Diagnostics;
using Paas.Linux.Terminals;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Terminals;

/// <summary><c>run</c> and <c>exec --tty</c> in somebody's own terminal.</summary>
public sealed class AttachedTerminalTests
{
    [RootFact]
    public void Run_passes_keys_output_and_exit_code()
    {
        using var container = new TestContainer().Script("readlink /proc/self/fd/0; read line; echo \"got $line\"; exit 7");
        container.Process["terminal"] = true;
        container.WriteConfig();
        var (terminal, slave) = TestTerminal.Open();
        using (terminal)
        {
            using var process = Start(slave, container, "run", "--bundle", container.Bundle, container.Id);
            terminal.Expect("/dev/pts/0\n");
            terminal.Type("some text\n");
            terminal.Expect("got some text\n");
            // Echoed by the inner terminal alone: the outer one is raw.
            Assert.Single(terminal.Text.Split('\n'), line => line == "some text");
            Assert.Equal(7, ExitCode(process));
        }
    }

    [RootFact]
    public void It_ends_when_nobody_reads_any_more()
    {
        using var container = new TestContainer().Script("exec sleep 1000");
        container.RunDetached().ShouldSucceed();
        var outcome = RuntimeUnderTest.Execute(
            "/bin/bash", "-c", $"timeout 60 '{RuntimeUnderTest.Program}' --root '{container.Root}' exec --tty {container.Id} yes < /dev/null | head -n 1; echo ${{PIPESTATUS[0]}}");
        var lines = outcome.Output.Split('\n');
        Assert.Equal("y", lines[0].TrimEnd('\r'));
        Assert.NotEqual("124", lines[1]);
        TestContainer.Eventually(() => RuntimeUnderTest.Run(container.Root, "ps", container.Id).Output.Contains("yes", StringComparison.Ordinal) == false, "the program ends too");
    }

    [RootFact]
    public void Control_C_goes_to_the_program_and_not_to_the_runtime()
    {
        using var container = new TestContainer().Script("trap 'echo interrupted; exit 5' INT; echo up; while true; do sleep 0.1; done");
        container.Process["terminal"] = true;
        container.WriteConfig();
        var (terminal, slave) = TestTerminal.Open();
        using (terminal)
        {
            using var process = Start(slave, container, "run", "--bundle", container.Bundle, container.Id);
            terminal.Expect("up\n");
            terminal.Type("\u0003");
            terminal.Expect("interrupted\n");
            Assert.Equal(5, ExitCode(process));
        }
    }

    [RootFact]
    public void The_inner_terminal_has_the_outer_ones_size_and_follows_it()
    {
        using var container = new TestContainer();
        container.Script("sleep 1000").RunDetached().ShouldSucceed();
        var (terminal, slave) = TestTerminal.Open();
        using (terminal)
        {
            terminal.Resize(41, 123);
            using var process = Start(slave, container, "exec", "--tty", container.Id, "sh", "-c", "trap 'busybox stty size' WINCH; sleep 1; busybox stty size; echo up; while ! read -t 1 x; do :; done; exit 3");
            terminal.Expect("41 123\n");
            terminal.Expect("up\n");
            terminal.Resize(11, 22);
            terminal.Expect("11 22\n");
            terminal.Type("\n");
            Assert.Equal(3, ExitCode(process));
        }
    }

    [RootFact]
    public void The_outer_terminal_is_as_before_afterwards()
    {
        using var container = new TestContainer();
        container.Script("sleep 1000").RunDetached().ShouldSucceed();
        var (terminal, slave) = TestTerminal.Open();
        using (terminal)
        {
            var before = Settings(slave);
            using var process = Start(slave, container, "exec", "--tty", container.Id, "sh", "-c", "echo up; read x");
            terminal.Expect("up\n");
            Assert.NotEqual(before, Settings(slave));
            terminal.Type("\n");
            Assert.Equal(0, ExitCode(process));
            Assert.Equal(before, Settings(slave));
        }
    }

    [RootFact]
    public void Much_output_arrives_whole()
    {
        using var container = new TestContainer();
        container.Script("sleep 1000").RunDetached().ShouldSucceed();
        var (terminal, slave) = TestTerminal.Open();
        using (terminal)
        {
            using var process = Start(slave, container, "exec", "--tty", container.Id, "sh", "-c", "seq 1 50000; echo the end");
            Assert.Equal(0, ExitCode(process));
            terminal.Expect("the end\n");
            Assert.Equal(Enumerable.Range(1, 50_000).Select(i => $"{i}"), terminal.Text.Split('\n')[..50_000]);
        }
    }

    [OwnRootFact]
    public void Without_a_terminal_outside_the_streams_are_relayed_as_they_are()
    {
        using var container = new TestContainer();
        container.Script("sleep 1000").RunDetached().ShouldSucceed();
        var outcome = RuntimeUnderTest.Execute(
            "/bin/sh", "-c", $"echo typed | '{RuntimeUnderTest.Program}' --root '{container.Root}' exec --tty {container.Id} sh -c 'read x; echo got $x; exit 4'");
        Assert.Equal(4, outcome.ExitCode);
        Assert.Contains("got typed", outcome.Output);
    }

    // With the slave for its standard streams and its controlling terminal.
    private static Process Start(string slave, TestContainer container, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        string[] all = ["-c", "slave=$1; shift; exec setsid -c \"$@\" < $slave > $slave 2>&1", "sh", slave, RuntimeUnderTest.Program, "--root", container.Root, .. arguments];
        foreach (var argument in all) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static int ExitCode(Process process)
    {
        Assert.True(process.WaitForExit(60_000), "the runtime does not end");
        return process.ExitCode;
    }

    private static string Settings(string slave) => RuntimeUnderTest.Execute("/bin/stty", "-F", slave, "-g").ShouldSucceed().Output;
}
