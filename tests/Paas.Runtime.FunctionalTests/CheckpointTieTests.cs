using System.Diagnostics;
using Paas.Runtime.FunctionalTests.Terminals;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>What a checkpointed container has outside of itself: a terminal, groups that it sees, memory that is fetched later.</summary>
public sealed class CheckpointTieTests
{
    [CriuFact]
    public void A_restored_terminal_goes_to_the_console_socket()
    {
        using var container = WithTerminal("echo up; while read line; do echo \"got $line\"; done");
        using var listener = new ConsoleListener(container);
        container.Create("--console-socket", listener.Path).ShouldSucceed();
        using (var first = listener.Receive())
        {
            container.Verb("start").ShouldSucceed();
            first.Expect("up\n");
            Criu(container, "checkpoint").ShouldSucceed();
        }

        Restore(container, "--console-socket", listener.Path).ShouldSucceed();
        using var second = listener.Receive();
        second.Type("typed\n");
        second.Expect("got typed\n");
        Assert.Equal("running", container.Status);
        Assert.Equal(["config.json", "state.json"], Directory.GetFileSystemEntries(Path.Combine(container.Root, container.Id)).Select(Path.GetFileName).Order());
    }

    [CriuFact]
    public void A_terminal_without_a_console_socket_is_refused_where_nobody_would_hold_it()
    {
        using var container = WithTerminal("echo up; sleep 1000");
        using var listener = new ConsoleListener(container);
        container.Create("--console-socket", listener.Path).ShouldSucceed();
        using var terminal = listener.Receive();
        container.Verb("start").ShouldSucceed();
        terminal.Expect("up\n");
        Criu(container, "checkpoint").ShouldSucceed();
        Assert.Contains("cannot allocate tty if runc will detach without setting console socket", Restore(container).Error);
    }

    [CriuFact]
    public void Groups_that_are_mounted_and_links_in_the_image_are_no_matter()
    {
        using var container = new TestContainer().Script("while true; do cat /conf/word > /copy; sleep 0.05; done");
        Directory.CreateDirectory(container.Path("data"));
        File.WriteAllText(container.Path("data/word"), "first");
        Directory.CreateDirectory(Path.Combine(container.Rootfs, "real/conf"));
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, "conf"), "/real/conf");
        container.Mount("/conf", "bind", container.Path("data"), "bind").Mount("/conf/below", "bind", container.Path("data"), "bind");
        container.Mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => File.Exists(Path.Combine(container.Rootfs, "copy")), "it reads the mount");
        Criu(container, "checkpoint").ShouldSucceed();
        Directory.Delete(container.Path("data/below"));
        // As long as the first: a process that was reading it is restored only with a file of that size.
        File.WriteAllText(container.Path("data/word"), "later");
        Restore(container).ShouldSucceed();
        TestContainer.Eventually(() => File.ReadAllText(Path.Combine(container.Rootfs, "copy")) == "later", "it reads the mount again");
    }

    // The transfer is criu's own: its page server 4.2.1 broke it off on the kernel this was written on.
    [CriuFact]
    public void Memory_is_served_until_it_is_fetched_and_the_status_says_when()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        var port = FreePort();
        var shell = $"exec 9> '{container.Path("status")}'; {Command(container, "checkpoint")} --lazy-pages --page-server 127.0.0.1:{port} --status-fd 9 {container.Id}";
        using var server = RuntimeUnderTest.StartHost("/bin/sh", "-c", shell);
        TestContainer.Eventually(() => File.Exists(container.Path("status")) && new FileInfo(container.Path("status")).Length == 1, "the memory can be asked for");
        Assert.Equal([0], File.ReadAllBytes(container.Path("status")));
        Assert.True(File.Exists(container.Path("images/inventory.img")));
        Assert.True(File.Exists(container.Path("images/paas-runtime.json")), "a restore can begin");
        Assert.False(server.HasExited);
        using (var client = new System.Net.Sockets.TcpClient()) client.Connect(System.Net.IPAddress.Loopback, port);
        Assert.True(server.WaitForExit(Patience.OfSeconds(60)), "it ends with whoever fetches");
    }

    private static TestContainer WithTerminal(string script)
    {
        var container = new TestContainer().Script(script);
        container.Process["terminal"] = true;
        return container;
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Outcome Criu(TestContainer container, string verb) => RuntimeUnderTest.Execute("/bin/sh", "-c", $"{Command(container, verb)} {container.Id}");

    private static Outcome Restore(TestContainer container, params string[] options)
    {
        var outcome = RuntimeUnderTest.Execute(
            "/bin/sh", "-c", $"{Command(container, "restore")} --detach --bundle '{container.Bundle}' {string.Join(' ', options)} {container.Id} > '{container.Path("restored")}' 2>&1 < /dev/null");
        return outcome with { Error = File.ReadAllText(container.Path("restored")) };
    }

    private static string Command(TestContainer container, string verb) =>
        $"PATH='{CriuFactAttribute.Directory}':$PATH '{RuntimeUnderTest.Program}' --root '{container.Root}' {verb} --image-path '{container.Path("images")}' --work-path '{container.Path("work")}'";
}
