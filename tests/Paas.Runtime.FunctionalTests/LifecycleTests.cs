using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>The specification's life of a container: create, start, state, kill, delete (runtime.md).</summary>
[Trait("Machine", "Always")]
public sealed class LifecycleTests
{
    [RootFact]
    public void Create_start_kill_delete()
    {
        using var container = new TestContainer().Script("echo started; sleep 1000");
        var pidFile = container.Path("pid");
        container.Create("--pid-file", pidFile).ShouldSucceed();
        Assert.Equal("created", container.Status);
        Assert.Equal("", container.DetachedOutput);
        Assert.Equal(container.Pid, int.Parse(File.ReadAllText(pidFile)));
        Assert.Equal(container.Bundle, (string)container.State()["bundle"]!);

        container.Verb("start").ShouldSucceed();
        Assert.Equal("running", container.Status);
        TestContainer.Eventually(() => container.DetachedOutput == "started\n", "the program runs");

        Assert.NotEqual(0, container.Verb("delete").ExitCode);
        Assert.Equal("running", container.Status);
        container.Verb("kill", "KILL").ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        container.Verb("delete").ShouldSucceed();
        Assert.NotEqual(0, container.Verb("state").ExitCode);
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void A_second_start_is_refused()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Create().ShouldSucceed();
        container.Verb("start").ShouldSucceed();
        Assert.NotEqual(0, container.Verb("start").ExitCode);
    }

    [RootFact]
    public void A_taken_id_is_refused_and_the_first_container_stays()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Create().ShouldSucceed();
        Assert.NotEqual(0, container.Create().ExitCode);
        Assert.Equal("created", container.Status);
    }

    [RootFact]
    public void A_created_container_can_be_deleted_by_force()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Create().ShouldSucceed();
        var pid = container.Pid;
        RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
        TestContainer.Eventually(() => !File.Exists($"/proc/{pid}/cmdline") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z "), "process gone");
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void A_running_container_with_children_can_be_deleted_by_force()
    {
        using var container = new TestContainer().Script("for i in 1 2 3 4 5; do sleep 1000 & done; echo up; wait");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("up"), "running");
        RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void Deleting_a_missing_container_fails_unless_forced()
    {
        using var container = new TestContainer();
        Assert.NotEqual(0, RuntimeUnderTest.Run(container.Root, "delete", "no-such-container").ExitCode);
        RuntimeUnderTest.Run(container.Root, "delete", "--force", "no-such-container").ShouldSucceed();
    }

    [RootFact]
    public void Verbs_on_a_missing_container_fail()
    {
        using var container = new TestContainer();
        foreach (var verb in (string[])["start", "state", "kill"]) Assert.NotEqual(0, container.Verb(verb).ExitCode);
        Assert.NotEqual(0, container.Verb("exec", "true").ExitCode);
    }

    [RootFact]
    public void Signals_arrive_by_name_and_number()
    {
        using var container = new TestContainer().Script("trap 'echo hup' HUP; trap 'echo usr1; exit 0' USR1; echo ready; while :; do sleep 0.05; done");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("ready"), "ready");
        container.Verb("kill", "SIGHUP").ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("hup"), "SIGHUP arrives");
        container.Verb("kill", "10").ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("usr1"), "signal 10 arrives");
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        Assert.NotEqual(0, container.Verb("kill", "TERM").ExitCode);
        Assert.NotEqual(0, container.Verb("kill", "SIGNONSENSE").ExitCode);
    }

    // The kernel keeps a signal that nobody handles from the first process of a pid namespace; older peers leave it at that.
    [OwnRootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_created_container_that_is_asked_to_end_ends(bool byVerb)
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Create().ShouldSucceed();
        var outcome = byVerb ? container.Verb("kill", "TERM") : RuntimeUnderTest.Execute("/bin/kill", "-TERM", $"{container.Pid}");
        outcome.ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        container.Verb("delete").ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [OwnRootFact]
    public void A_created_container_waits_through_other_signals()
    {
        using var container = new TestContainer().Script("echo ran; sleep 1000");
        container.Create().ShouldSucceed();
        container.Verb("kill", "USR1").ShouldSucceed();
        container.Verb("kill", "WINCH").ShouldSucceed();
        Assert.Equal("created", container.Status);
        container.Verb("start").ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput == "ran\n", "it runs");
    }

    // Somebody else's group of v1's freezer: what is frozen there does not die.
    [OwnRootFact]
    public void A_container_that_another_has_frozen_is_deleted_by_force()
    {
        const string Freezer = "/sys/fs/cgroup/freezer";
        if (!File.Exists(Freezer + "/cgroup.procs")) return;
        using var container = new TestContainer().Script("sleep 1000 & sleep 1000");
        container.RunDetached().ShouldSucceed();
        var other = Directory.CreateDirectory($"{Freezer}/paas-test-frozen-{container.Id}").FullName;
        try
        {
            File.WriteAllText(other + "/cgroup.procs", $"{container.Pid}");
            File.WriteAllText(other + "/freezer.state", "FROZEN");
            container.Verb("delete", "--force").ShouldSucceed();
            Assert.Empty(container.Cgroups());
            Assert.Empty(File.ReadAllText(other + "/cgroup.procs"));
            Assert.StartsWith("FROZEN", File.ReadAllText(other + "/freezer.state"));
        }
        finally
        {
            File.WriteAllText(other + "/freezer.state", "THAWED");
            TestContainer.Eventually(() => File.ReadAllText(other + "/cgroup.procs").Length == 0, "it is empty");
            Directory.Delete(other);
        }
    }

    [RootFact]
    public void List_shows_all_containers_of_a_root()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Create().ShouldSucceed();
        var list = JsonNode.Parse(RuntimeUnderTest.Run(container.Root, "list", "--format", "json").ShouldSucceed().Output)!.AsArray();
        var entry = Assert.Single(list)!;
        Assert.Equal(container.Id, (string)entry["id"]!);
        Assert.Equal("created", (string)entry["status"]!);
        Assert.Equal(container.Id + "\n", RuntimeUnderTest.Run(container.Root, "list", "-q").ShouldSucceed().Output);
    }

    [RootFact]
    public void A_container_whose_process_was_killed_from_outside_is_stopped_and_deletable()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        RuntimeUnderTest.Execute("/bin/kill", "-KILL", $"{container.Pid}").ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        RuntimeUnderTest.Run(container.Root, "delete", container.Id).ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [OwnRootFact]
    public void A_create_killed_half_way_leaves_nothing_that_delete_does_not_remove()
    {
        for (var i = 0; i < 20; i++)
        {
            using var container = new TestContainer().Script("sleep 1000");
            container.WriteConfig();
            using (var create = RuntimeUnderTest.Start(container.Root, "create", "--bundle", container.Bundle, container.Id))
            {
                Thread.Sleep(i);
                create.Kill();
                create.WaitForExit();
            }

            RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
            Assert.Empty(container.Cgroups());
            Assert.False(Directory.Exists(System.IO.Path.Combine(container.Root, container.Id)));
        }
    }

    [RootFact]
    public void Errors_go_to_the_log_as_json()
    {
        using var container = new TestContainer();
        var log = container.Path("log.json");
        Assert.NotEqual(0, RuntimeUnderTest.Execute(
            RuntimeUnderTest.Program, "--root", container.Root, "--log", log, "--log-format", "json", "state", "missing").ExitCode);
        var line = JsonNode.Parse(File.ReadLines(log).Last())!;
        Assert.Equal("error", (string)line["level"]!);
        Assert.Contains("does not exist", (string)line["msg"]!);
    }
}
