using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Sockets;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>What a program finds around it: variables, working directory, descriptors, keyring.</summary>
public sealed class EnvironmentTests
{
    // In the shell itself: another program, or a pipe, would show its own.
    private const string ShowDescriptors = "for f in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$f ] && echo -n \"$f \"; done; echo";

    [RootFact]
    public void Home_is_the_users_of_the_image()
    {
        using var container = new TestContainer().Script("echo $HOME");
        File.AppendAllText(Path.Combine(container.Rootfs, "etc/passwd"), "bad line\napp:x:1000:1000:An app:/home/app:/bin/sh\n");
        Assert.Equal("/root\n", container.Run().ShouldSucceed().Output);
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        Assert.Equal("/home/app\n", container.Run().ShouldSucceed().Output);
        container.Process["user"] = new JsonObject { ["uid"] = 77, ["gid"] = 77 };
        Assert.Equal("/\n", container.Run().ShouldSucceed().Output);
        ((JsonArray)container.Process["env"]!).Add("HOME=/given");
        Assert.Equal("/given\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Exec_finds_its_own_users_home()
    {
        using var container = new TestContainer().Script("sleep 1000");
        File.AppendAllText(Path.Combine(container.Rootfs, "etc/passwd"), "app:x:1000:1000:An app:/home/app:/bin/sh\n");
        container.RunDetached().ShouldSucceed();
        Assert.Equal("/root\n", container.Verb("exec", "sh", "-c", "echo $HOME").ShouldSucceed().Output);
        Assert.Equal("/home/app\n", RuntimeUnderTest.Run(container.Root, "exec", "--user", "1000", container.Id, "sh", "-c", "echo $HOME").ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void Of_a_variable_given_twice_the_last_counts()
    {
        using var container = new TestContainer().Script("tr '\\0' '\\n' < /proc/$$/environ; :");
        container.Process["env"] = new JsonArray("PATH=/bin", "A=1", "B=2", "A=3=4", "EMPTY=");
        Assert.Equal("PATH=/bin\nB=2\nA=3=4\nEMPTY=\nHOME=/root\n", container.Run().ShouldSucceed().Output);
    }

    [OwnRootTheory]
    [InlineData("NOT_A_VARIABLE", "invalid environment variable")]
    [InlineData("=value", "invalid environment variable")]
    [InlineData("A=b\u0000c", "NUL")]
    public void What_is_no_variable_is_refused(string variable, string complaint)
    {
        using var container = new TestContainer();
        ((JsonArray)container.Process["env"]!).Add(variable);
        var outcome = container.Run();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(complaint, outcome.Error);
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void A_working_directory_that_is_missing_is_made()
    {
        using var container = new TestContainer().Script("pwd");
        container.Process["cwd"] = "/made/for/it";
        Assert.Equal("/made/for/it\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void A_working_directory_only_the_user_may_enter()
    {
        using var container = new TestContainer().Script("pwd");
        var directory = Path.Combine(container.Rootfs, "home/app");
        Directory.CreateDirectory(directory);
        Files.ChangeOwner(directory, 1000, 1000);
        Files.ChangeMode(directory, 0x1C0 /* 0700 */);
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        container.Process["cwd"] = "/home/app";
        Assert.Equal("/home/app\n", container.Run().ShouldSucceed().Output);
        container.Script("sleep 1000").RunDetached().ShouldSucceed();
        Assert.Equal("/home/app\n", container.Verb("exec", "pwd").ShouldSucceed().Output);
    }

    [RootFact]
    public void A_working_directory_only_root_may_enter()
    {
        using var container = new TestContainer().Script("pwd -P; ls . 2>/dev/null || echo closed");
        var directory = Path.Combine(container.Rootfs, "home/secret");
        Directory.CreateDirectory(directory);
        Files.ChangeMode(directory, 0x1C0 /* 0700 */);
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        container.Process["cwd"] = "/home/secret";
        Assert.Equal("/home/secret\nclosed\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void A_working_directory_of_a_user_without_capabilities_that_nobody_may_enter_is_an_error()
    {
        using var container = new TestContainer().Script("sleep 1000");
        var directory = Path.Combine(container.Rootfs, "file");
        File.WriteAllText(directory, "");
        container.RunDetached().ShouldSucceed();
        var outcome = RuntimeUnderTest.Run(container.Root, "exec", "--cwd", "/file", container.Id, "pwd");
        Assert.Equal(255, outcome.ExitCode);
        Assert.Contains("/file", outcome.Error);
        Assert.Contains("not a directory", outcome.Error, StringComparison.OrdinalIgnoreCase);
    }

    [RootFact]
    public void Descriptors_are_kept_as_many_as_asked()
    {
        using var container = new TestContainer().Script("cat <&3; cat <&4; " + ShowDescriptors);
        container.WriteConfig();
        File.WriteAllText(container.Path("three"), "3\n");
        File.WriteAllText(container.Path("four"), "4\n");
        var outcome = Shell($"exec 3<'{container.Path("three")}' 4<'{container.Path("four")}' 5</dev/null; {Command(container, "run", "--preserve-fds 2")}");
        Assert.Equal("3\n4\n0 1 2 3 4", outcome.ShouldSucceed().Output.Trim());
    }

    [RootFact]
    public void Exec_keeps_descriptors_too()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        File.WriteAllText(container.Path("three"), "3\n");
        var outcome = Shell($"exec 3<'{container.Path("three")}'; '{RuntimeUnderTest.Program}' --root '{container.Root}' exec --preserve-fds 1 {container.Id} sh -c 'cat <&3'");
        Assert.Equal("3\n", outcome.ShouldSucceed().Output);
    }

    // Peers are of two minds: runc makes it an error, crun says nothing.
    [OwnRootFact]
    public void A_descriptor_to_keep_that_is_not_open_is_told_and_none_beyond_it_is_kept()
    {
        using var container = new TestContainer().Script(ShowDescriptors);
        container.WriteConfig();
        var outcome = Shell($"exec 3</dev/null 4<&- 5</dev/null 6<&- 7<&- 8<&- 9<&-; {Command(container, "run", "--preserve-fds 60")}");
        Assert.Equal("0 1 2 3", outcome.ShouldSucceed().Output.Trim());
        Assert.Contains("unable to stat preserved-fd 1 (of 60)", outcome.Error);
    }

    [OwnRootFact]
    public void Listening_sockets_without_a_receiver_are_the_programs()
    {
        using var container = new TestContainer().Script("cat <&3; echo $LISTEN_FDS $LISTEN_PID");
        container.WriteConfig();
        File.WriteAllText(container.Path("three"), "3\n");
        var outcome = Shell($"unset LISTEN_PID; exec 3<'{container.Path("three")}'; LISTEN_FDS=1 exec {Command(container, "run", "")}");
        Assert.Equal("3\n1 1\n", outcome.ShouldSucceed().Output);
    }

    [RootFact]
    public void Listening_sockets_of_the_caller_are_the_programs()
    {
        using var container = new TestContainer().Script("cat <&3; echo $LISTEN_FDS $LISTEN_PID");
        container.WriteConfig();
        File.WriteAllText(container.Path("three"), "3\n");
        var outcome = Shell($"exec 3<'{container.Path("three")}'; LISTEN_FDS=1 LISTEN_PID=$$ exec {Command(container, "run", "")}");
        Assert.Equal("3\n1 1\n", outcome.ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void Listening_sockets_meant_for_another_process_are_left_alone()
    {
        using var container = new TestContainer().Script(ShowDescriptors + " $LISTEN_FDS");
        container.WriteConfig();
        var outcome = Shell($"exec 3</dev/null; LISTEN_FDS=1 LISTEN_PID=1 exec {Command(container, "run", "")}");
        Assert.Equal("0 1 2", outcome.ShouldSucceed().Output.Trim());
    }

    [OwnRootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_process_is_sent_as_a_descriptor(bool byAnnotation)
    {
        using var container = new TestContainer().Script("sleep 1000");
        var path = $"/tmp/{container.Id}.pidfd";
        using var listener = UnixSocket.Listen(path);
        try
        {
            if (byAnnotation) container.Config["annotations"] = new JsonObject { ["run.oci.pidfd_receiver"] = path };
            container.Create(byAnnotation ? [] : ["--pidfd-socket", path]).ShouldSucceed();
            using var client = UnixSocket.Accept(listener)!;
            var (_, descriptors) = DescriptorPassing.Receive(client, new byte[64]);
            using var process = Assert.Single(descriptors);
            Assert.Contains($"Pid:\t{container.Pid}\n", File.ReadAllText($"/proc/self/fdinfo/{process.DangerousGetHandle()}"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [RootFact]
    public void The_session_keyring_is_the_containers_own_unless_the_callers_is_to_be_kept()
    {
        using var container = new TestContainer().Script("true");
        // A masked /proc/keys shows nothing.
        container.Linux["maskedPaths"] = new JsonArray();
        container.Script("cat /proc/keys");
        Assert.Contains($"_ses.{container.Id}", container.Run().ShouldSucceed().Output);
        // Of another name: the kernel takes its time to forget the first one's.
        using var other = new TestContainer().Script("cat /proc/keys");
        other.Linux["maskedPaths"] = new JsonArray();
        Assert.DoesNotContain($"_ses.{other.Id}", other.Run("--no-new-keyring").ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void A_further_process_has_a_keyring_of_its_own_too()
    {
        using var container = new TestContainer().Script("exec sleep 1000");
        container.Linux["maskedPaths"] = new JsonArray();
        container.RunDetached().ShouldSucceed();
        var look = RuntimeUnderTest.Run(container.Root, "exec", container.Id, "/bin/grep", "-c", $"_ses.{container.Id}", "/proc/keys");
        // The first process's and this one's.
        Assert.Equal("2\n", look.ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void Standard_streams_that_the_caller_has_closed_are_the_null_device()
    {
        using var container = new TestContainer().Script("exec sleep 1000");
        container.RunDetached().ShouldSucceed();
        var exec = $"'{RuntimeUnderTest.Program}' --root '{container.Root}' exec {container.Id} /bin/readlink /proc/self/fd/0";
        Assert.Equal("/dev/null\n", Shell($"{exec} <&-").ShouldSucceed().Output);
        using var other = new TestContainer().Script("readlink /proc/self/fd/0");
        other.WriteConfig();
        Assert.Equal("/dev/null\n", Shell($"{Command(other, "run", "")} <&-").ShouldSucceed().Output);
        Assert.Equal(0, Shell($"{exec} <&- >&- 2>&-").ExitCode);
    }

    private static string Command(TestContainer container, string verb, string options) =>
        $"'{RuntimeUnderTest.Program}' --root '{container.Root}' {verb} --bundle '{container.Bundle}' {options} {container.Id}";

    private static Outcome Shell(string script) => RuntimeUnderTest.Execute("/bin/bash", "-c", script);
}
