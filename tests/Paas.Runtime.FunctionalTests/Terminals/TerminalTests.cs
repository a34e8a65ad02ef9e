using System.Text.Json.Nodes;
using Paas.Linux;
using Paas.Linux.Terminals;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Terminals;

/// <summary>A process with a terminal (config.md, <c>terminal</c>, <c>consoleSize</c>), sent to a console socket.</summary>
public sealed class TerminalTests
{
    [RootFact]
    public void Create_sends_the_master_to_the_console_socket()
    {
        using var container = WithTerminal("echo hello; read line; echo \"got $line\"; exit 7");
        using var listener = new ConsoleListener(container);
        container.Create("--console-socket", listener.Path).ShouldSucceed();
        using var terminal = listener.Receive();
        container.Verb("start").ShouldSucceed();
        terminal.Expect("hello\n");
        terminal.Type("typed\n");
        terminal.Expect("got typed\n");
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
    }

    [RootFact]
    public void It_has_the_size_asked_for_and_follows_a_change()
    {
        using var container = WithTerminal("trap 'stat -c changed /; echo changed' WINCH; echo up; while true; do sleep 0.1; done");
        container.Process["consoleSize"] = new JsonObject { ["height"] = 33, ["width"] = 77 };
        using var running = Running(container);
        running.Terminal.Expect("up\n");
        Assert.Equal(new TerminalSize(33, 77), running.Terminal.Size);
        running.Terminal.Resize(10, 20);
        running.Terminal.Expect("changed\n");
    }

    [RootFact]
    public void The_console_and_the_standard_streams_are_that_terminal()
    {
        using var container = WithTerminal(
            "for f in 0 1 2; do readlink /proc/self/fd/$f; done; stat -L -c %t:%T /dev/console /proc/self/fd/0; echo by-name > /dev/console; ls /dev/pts; echo end");
        using var running = Running(container);
        running.Terminal.Expect("end\n");
        var lines = running.Terminal.Text.Split('\n');
        Assert.Equal(["/dev/pts/0", "/dev/pts/0", "/dev/pts/0", "88:0", "88:0", "by-name"], lines[..6]);
    }

    [RootFact]
    public void Its_owner_is_the_processs_user_who_can_open_it_by_name()
    {
        using var container = WithTerminal("stat -L -c %u /dev/pts/0; echo opened > /dev/tty; echo again > /dev/pts/0; echo end");
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        using var running = Running(container);
        running.Terminal.Expect("end\n");
        Assert.Equal(["1000", "opened", "again", "end", ""], running.Terminal.Text.Split('\n'));
    }

    [RootFact]
    public void Control_C_interrupts_the_foreground()
    {
        using var container = WithTerminal("trap 'echo interrupted; exit 0' INT; echo up; while true; do sleep 0.1; done");
        using var running = Running(container);
        running.Terminal.Expect("up\n");
        running.Terminal.Type("\u0003");
        running.Terminal.Expect("interrupted\n");
    }

    [RootFact]
    public void Works_in_a_user_namespace()
    {
        using var container = WithTerminal("stat -L -c %u:%a /dev/pts/0; echo by-name > /dev/console; tty=$(readlink /proc/self/fd/0); echo $tty; echo end").WithUserNamespace();
        RuntimeUnderTest.Execute("/bin/chown", "-R", "300000:300000", container.Rootfs).ShouldSucceed();
        if (!RuntimeUnderTest.IsOurs) RuntimeUnderTest.Execute("/bin/chmod", "0755", Path.GetDirectoryName(container.Bundle)!).ShouldSucceed();
        using var running = Running(container);
        running.Terminal.Expect("end\n");
        Assert.Equal(["0:620", "by-name", "/dev/pts/0", "end", ""], running.Terminal.Text.Split('\n'));
    }

    [RootFact]
    public void Exec_detached_sends_its_own_to_the_socket()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        using var listener = new ConsoleListener(container);
        var pidFile = container.Path("pid");
        RuntimeUnderTest.Run(
            container.Root, "exec", "--detach", "--tty", "--console-socket", listener.Path, "--pid-file", pidFile, container.Id,
            "sh", "-c", "readlink /proc/self/fd/0; read x; echo got $x").ShouldSucceed();
        using var terminal = listener.Receive();
        Assert.True(int.Parse(File.ReadAllText(pidFile)) > 1);
        terminal.Expect("/dev/pts/0\n");
        terminal.Type("it\n");
        terminal.Expect("got it\n");
    }

    [RootTheory]
    [InlineData(true, "cannot allocate tty if runc will detach without setting console socket", "create")]
    [InlineData(true, "cannot allocate tty if runc will detach without setting console socket", "run", "--detach")]
    [InlineData(false, "cannot use console socket if runc will not detach or allocate tty", "create", "--console-socket", "/no/socket")]
    [InlineData(true, "cannot use console socket if runc will not detach or allocate tty", "run", "--console-socket", "/no/socket")]
    [InlineData(false, "cannot use console socket if runc will not detach or allocate tty", "run", "--detach", "--console-socket", "/no/socket")]
    public void What_does_not_go_together_is_refused(bool terminal, string message, string verb, params string[] options)
    {
        using var container = new TestContainer();
        container.Process["terminal"] = terminal;
        container.WriteConfig();
        var outcome = RuntimeUnderTest.Run(container.Root, [verb, "--bundle", container.Bundle, .. options, container.Id]);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(message, outcome.Error);
    }

    [RootFact]
    public void A_console_socket_nobody_listens_at_is_an_error_and_nothing_is_left()
    {
        using var container = WithTerminal("true");
        Assert.NotEqual(0, container.Create("--console-socket", container.Path("no-socket")).ExitCode);
        Assert.Empty(container.Cgroups());
    }

    [OwnRootFact]
    public void An_image_cannot_have_a_file_of_its_own_taken_for_the_terminal()
    {
        foreach (var spoil in (string[])["rm /dev/ptmx; ln -s /dev/null /dev/ptmx", "rm /dev/ptmx; touch /dev/ptmx", "umount /dev/pts"])
        {
            using var container = new TestContainer().Script($"{spoil}; echo spoilt; sleep 1000");
            foreach (var set in (string[])["bounding", "effective", "permitted"]) ((JsonArray)container.Process["capabilities"]![set]!).Add("CAP_SYS_ADMIN");
            container.RunDetached().ShouldSucceed();
            TestContainer.Eventually(() => container.DetachedOutput.Contains("spoilt"), "spoilt");
            using var listener = new ConsoleListener(container);
            var outcome = RuntimeUnderTest.Run(
                container.Root, "exec", "--detach", "--tty", "--console-socket", listener.Path, container.Id, "true");
            Assert.Equal((spoil, 255), (spoil, outcome.ExitCode));
            Assert.Contains("terminal", outcome.Error);
            Assert.Equal("running", container.Status);
        }
    }

    [RootFact]
    public void A_console_that_is_a_link_in_the_image_leads_nowhere_on_the_host()
    {
        using var container = WithTerminal("echo up; sleep 1000");
        var victim = container.Path("victim");
        File.WriteAllText(victim, "untouched");
        var before = Files.Status(victim);
        // Without a filesystem over it, /dev is the image's.
        for (var i = container.Mounts.Count - 1; i >= 0; i--)
        {
            if ((string)container.Mounts[i]!["destination"]! is "/dev" or "/dev/shm" or "/dev/mqueue") container.Mounts.RemoveAt(i);
        }

        Directory.CreateDirectory(Path.Combine(container.Rootfs, "dev/pts"));
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, "dev/console"), victim);
        using var listener = new ConsoleListener(container);
        if (container.Create("--console-socket", listener.Path).ExitCode == 0) container.Verb("start");
        Assert.Equal("untouched", File.ReadAllText(victim));
        Assert.Equal((before.Uid, before.Mode), (Files.Status(victim).Uid, Files.Status(victim).Mode));
        Assert.DoesNotContain(container.HostMounts(), line => line.Contains("victim"));
    }

    private static TestContainer WithTerminal(string script)
    {
        var container = new TestContainer().Script(script);
        container.Process["terminal"] = true;
        return container;
    }

    private static RunningTerminal Running(TestContainer container)
    {
        var listener = new ConsoleListener(container);
        container.Create("--console-socket", listener.Path).ShouldSucceed();
        var terminal = listener.Receive();
        container.Verb("start").ShouldSucceed();
        return new RunningTerminal(listener, terminal);
    }

    private sealed record RunningTerminal(ConsoleListener Listener, TestTerminal Terminal) : IDisposable
    {
        public void Dispose()
        {
            Terminal.Dispose();
            Listener.Dispose();
        }
    }
}
