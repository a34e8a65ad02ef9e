using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary><c>exec</c>: a further process, as much inside as the first.</summary>
public sealed class ExecTests
{
    [RootFact]
    public void It_runs_in_all_namespaces_and_groups_of_the_container()
    {
        using var container = Running(new TestContainer());
        var outcome = container.Verb("exec", "/bin/sh", "-c", "for n in pid ipc uts mnt net; do readlink /proc/self/ns/$n; done; hostname; ls /");
        var lines = outcome.ShouldSucceed().Output.Split('\n');
        string[] names = ["pid", "ipc", "uts", "mnt", "net"];
        for (var i = 0; i < names.Length; i++) Assert.Equal(File.ResolveLinkTarget($"/proc/{container.Pid}/ns/{names[i]}", false)!.Name, lines[i]);
        Assert.Equal("test-host", lines[5]);
        Assert.Contains("proc", lines);
        Assert.DoesNotContain("usr", lines);
    }

    [RootFact]
    public void Exit_code_output_environment_directory_and_user()
    {
        using var container = Running(new TestContainer());
        Assert.Equal(9, container.Verb("exec", "/bin/sh", "-c", "exit 9").ExitCode);
        var outcome = RuntimeUnderTest.Run(
            container.Root, "exec", "--env", "A=b c", "--cwd", "/home", "--user", "1000:1001", container.Id, "sh", "-c", "echo $A; pwd; id -u; id -g");
        Assert.Equal("b c\n/home\n1000\n1001\n", outcome.ShouldSucceed().Output);
    }

    [OlderRuntimesFailFact("runc before 1.1.13 loses the soft limit of open files in exec: Go raises it on the way")]
    public void It_has_the_containers_restrictions()
    {
        var container = new TestContainer();
        container.Linux["seccomp"] = JsonNode.Parse("""
            {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}
            """);
        container.Linux["resources"] = JsonNode.Parse("""{"pids": {"limit": 50}}""");
        using var running = Running(container);
        var outcome = running.Verb("exec", "/bin/sh", "-c", "mkdir /tmp/x; echo $?; grep -E 'CapEff|NoNew' /proc/self/status; ulimit -n").ShouldSucceed();
        Assert.Equal("1\nCapEff:\t00000000000000e1\nNoNewPrivs:\t1\n1000\n", outcome.Output);
    }

    [RootFact]
    public void A_process_document_can_be_given()
    {
        using var container = Running(new TestContainer());
        var file = container.Path("process.json");
        File.WriteAllText(file, """{"args": ["/bin/sh", "-c", "echo $X; pwd"], "env": ["X=1"], "cwd": "/tmp", "user": {"uid": 5, "gid": 5}}""");
        Assert.Equal("1\n/tmp\n", RuntimeUnderTest.Run(container.Root, "exec", "--process", file, container.Id).ShouldSucceed().Output);
    }

    [RootFact]
    public void It_works_in_a_user_namespace()
    {
        var container = new TestContainer().WithUserNamespace();
        RuntimeUnderTest.Execute("/bin/chown", "-R", "300000:300000", container.Rootfs).ShouldSucceed();
        if (!RuntimeUnderTest.IsOurs) RuntimeUnderTest.Execute("/bin/chmod", "0755", System.IO.Path.GetDirectoryName(container.Bundle)!).ShouldSucceed();
        using var running = Running(container);
        Assert.Equal("0\n0 300000 65536\n", running.Verb("exec", "/bin/sh", "-c", "id -u; cat /proc/self/uid_map | tr -s ' ' | sed 's/^ //'").ShouldSucceed().Output);
    }

    [RootFact]
    public void A_missing_program_fails_and_the_container_runs_on()
    {
        using var container = Running(new TestContainer());
        var outcome = container.Verb("exec", "/no/such/program");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("/no/such/program", outcome.Error);
        Assert.Equal("running", container.Status);
    }

    [RootFact]
    public void Not_in_a_created_container_that_was_never_started_nor_in_a_stopped_one()
    {
        using var container = new TestContainer().Script("true");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        Assert.NotEqual(0, container.Verb("exec", "true").ExitCode);
    }

    private static TestContainer Running(TestContainer container)
    {
        container.Script("echo up; sleep 1000").RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("up"), "up");
        return container;
    }
}
