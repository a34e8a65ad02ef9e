using System.Text.Json.Nodes;
using Paas.Runtime.FunctionalTests.Cgroups;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>What <c>exec</c> makes of its options, and the exit codes and words with which it fails.</summary>
public sealed class ExecOptionTests
{
    [RootFact]
    public void Variables_are_added_and_replace_the_containers()
    {
        using var container = Running();
        var outcome = Exec(container, ["--env", "A=1", "--env", "TERM=other", "--env", "B=x=y"], "sh", "-c", "echo $A $TERM $B $PATH");
        Assert.Equal("1 other x=y /usr/bin:/bin\n", outcome.ShouldSucceed().Output);
    }

    [RootFact]
    public void Detached_it_returns_at_once_and_writes_the_pid()
    {
        using var container = Running();
        var pidFile = container.Path("pid");
        var script = $"'{RuntimeUnderTest.Program}' --root '{container.Root}' exec --detach --pid-file '{pidFile}' {container.Id} sleep 777 > /dev/null 2>&1 < /dev/null";
        RuntimeUnderTest.Execute("/bin/sh", "-c", script).ShouldSucceed();
        Assert.Equal("sleep\0777\0", File.ReadAllText($"/proc/{File.ReadAllText(pidFile)}/cmdline"));
        container.Verb("delete", "--force").ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void The_exit_code_is_the_programs_and_128_more_than_its_signal()
    {
        using var container = Running();
        Assert.Equal(0, Exec(container, [], "true").ExitCode);
        Assert.Equal(200, Exec(container, [], "sh", "-c", "exit 200").ExitCode);
        Assert.Equal(128 + 9, Exec(container, [], "sh", "-c", "kill -9 $$").ExitCode);
    }

    [RootTheory]
    [InlineData("no-such-program", "exec: \"no-such-program\": executable file not found in $PATH")]
    [InlineData("/no/such", "exec: \"/no/such\": stat /no/such: no such file or directory")]
    [InlineData("/etc/passwd", "exec: \"/etc/passwd\": permission denied")]
    [InlineData("/etc", "exec: \"/etc\": permission denied")]
    public void A_program_that_cannot_be_executed_is_255_and_said_in_runcs_words(string program, string message)
    {
        using var container = Running();
        var outcome = Exec(container, [], program);
        Assert.Equal(255, outcome.ExitCode);
        Assert.Contains(message, outcome.Error.Replace("\\\"", "\""));
        using var bundle = new TestContainer();
        bundle.Process["args"] = new JsonArray(program);
        var run = bundle.Run();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Error.Replace("\\\"", "\""));
        Assert.Empty(bundle.Cgroups());
    }

    [RootFact]
    public void A_file_that_is_no_program_is_an_error_that_says_so()
    {
        using var container = Running();
        var file = Path.Combine(container.Rootfs, "bin/text");
        File.WriteAllText(file, "not a program");
        File.SetUnixFileMode(file, (UnixFileMode)0x1ED);
        var outcome = Exec(container, [], "text");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("exec format error", outcome.Error, StringComparison.OrdinalIgnoreCase);
    }

    [OwnRootTheory]
    [InlineData("..", ".. is not a sub cgroup path")]
    [InlineData("a/../../b", "a/../../b is not a sub cgroup path")]
    [InlineData("no-such", "/no-such/cgroup.procs: no such file or directory")]
    public void A_group_that_is_not_one_of_the_containers_is_refused(string path, string message)
    {
        using var container = Running();
        var outcome = Exec(container, ["--cgroup", path], "true");
        Assert.Equal(255, outcome.ExitCode);
        Assert.Contains(message, outcome.Error);
    }

    [RootFact]
    public void In_a_stopped_container_it_says_why_not()
    {
        using var container = new TestContainer().Script("true");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        var outcome = Exec(container, [], "true");
        Assert.Equal(255, outcome.ExitCode);
        Assert.Contains("cannot exec", outcome.Error);
        Assert.Contains("stopped", outcome.Error);
    }

    [RootFact]
    public void In_a_created_container_it_runs_beside_the_process_that_waits()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Create().ShouldSucceed();
        Assert.Equal("up\n", Exec(container, [], "echo", "up").ShouldSucceed().Output);
        Assert.Equal("created", container.Status);
    }

    [RootFact]
    public void In_no_container_it_is_an_error()
    {
        using var container = new TestContainer();
        var outcome = Exec(container, [], "true");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("does not exist", outcome.Error);
    }

    [RootFact]
    public void It_runs_in_a_group_below_the_containers()
    {
        using var container = Running();
        foreach (var directory in container.Cgroups())
        {
            var below = Directory.CreateDirectory(Path.Combine(directory, "below")).FullName;
            // Version 1 admits nobody to a group without.
            foreach (var file in (string[])["cpuset.cpus", "cpuset.mems"])
            {
                if (File.Exists(Path.Combine(below, file))) File.WriteAllText(Path.Combine(below, file), File.ReadAllText(Path.Combine(directory, file)));
            }
        }

        var outcome = Exec(container, ["--cgroup", "below"], "cat", "/proc/self/cgroup");
        var pids = outcome.ShouldSucceed().Output.Split('\n').First(line => line.Contains(":memory:") || line.StartsWith("0::"));
        Assert.EndsWith("/below", pids);
    }

    [OwnRootFact]
    [Trait("Machine", "Always")]
    public void A_group_that_takes_no_more_processes_is_named()
    {
        if (!GroupFiles.IsUnified) return;
        using var container = Running();
        var group = container.Cgroups().Single();
        var below = Directory.CreateDirectory(Path.Combine(group, "below")).FullName;
        File.WriteAllText(Path.Combine(below, "cgroup.procs"), $"{container.Pid}");
        File.WriteAllText(Path.Combine(group, "cgroup.subtree_control"), "+pids");
        Exec(container, [], "true").ShouldSucceed();
        var outcome = Exec(container, ["--cgroup", "/"], "true");
        Assert.Equal(255, outcome.ExitCode);
        Assert.Contains($"error adding pid of the process to cgroups: write {group}/cgroup.procs: device or resource busy", outcome.Error);
    }

    [OwnRootFact]
    public void Controllers_of_version_1_can_have_groups_of_their_own()
    {
        using var container = Running();
        if (GroupFiles.IsUnified)
        {
            Assert.Contains("unknown controller pids", Exec(container, ["--cgroup", "pids:below"], "true").Error);
            return;
        }

        Directory.CreateDirectory(Path.Combine(container.GroupDirectory("pids"), "below"));
        var lines = Exec(container, ["--cgroup", "pids:below", "--cgroup", "memory,freezer:/"], "cat", "/proc/self/cgroup").ShouldSucceed().Output.Split('\n');
        Assert.EndsWith("/below", lines.First(line => line.Contains(":pids:")));
        Assert.EndsWith(container.Id, lines.First(line => line.Contains(":memory:")));
        Assert.Contains("missing <controller>: prefix", Exec(container, ["--cgroup", "pids:below", "--cgroup", "below"], "true").Error);
        Assert.Contains("unknown controller nothing", Exec(container, ["--cgroup", "nothing:below"], "true").Error);
    }

    [RootFact]
    public void A_group_that_is_not_there_is_an_error()
    {
        using var container = Running();
        Assert.Equal(255, Exec(container, ["--cgroup", "missing"], "true").ExitCode);
    }

    [OlderRuntimesFailFact("runc before 1.1.13 loses the soft limit of open files in exec: Go raises it on the way")]
    public void A_process_document_says_everything()
    {
        using var container = Running();
        var file = container.Path("process.json");
        File.WriteAllText(file, """
            {"args": ["/bin/sh", "-c", "id -u; id -G; pwd; echo $X; ulimit -n; grep -E 'CapEff|NoNew' /proc/self/status"], "env": ["X=1", "PATH=/bin"], "cwd": "/tmp",
             "user": {"uid": 5, "gid": 6, "additionalGids": [7]}, "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 99, "soft": 77}],
             "capabilities": {"bounding": ["CAP_KILL"], "permitted": ["CAP_KILL"], "effective": ["CAP_KILL"], "inheritable": ["CAP_KILL"], "ambient": ["CAP_KILL"]}}
            """);
        var outcome = RuntimeUnderTest.Run(container.Root, "exec", "--process", file, container.Id);
        Assert.Equal("5\n6 7\n/tmp\n1\n77\nCapEff:\t0000000000000020\nNoNewPrivs:\t0\n", outcome.ShouldSucceed().Output);
    }

    [OwnRootTheory]
    [InlineData("{}")]
    [InlineData("""{"args": [], "cwd": "/"}""")]
    [InlineData("""{"args": ["true"], "cwd": "relative"}""")]
    [InlineData("""{"args": "true"}""")]
    [InlineData("not JSON")]
    public void A_document_that_is_none_is_refused(string document)
    {
        using var container = Running();
        var file = container.Path("process.json");
        File.WriteAllText(file, document);
        var outcome = RuntimeUnderTest.Run(container.Root, "exec", "--process", file, container.Id);
        Assert.Equal(255, outcome.ExitCode);
        Assert.Contains("level=error", outcome.Error);
    }

    private static Outcome Exec(TestContainer container, string[] options, params string[] command) =>
        RuntimeUnderTest.Run(container.Root, ["exec", .. options, container.Id, .. command]);

    private static TestContainer Running()
    {
        var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        return container;
    }
}
