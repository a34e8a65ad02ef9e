using System.Globalization;
using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>Containers that are written to disk and go on from there, with a real criu.</summary>
public sealed class CheckpointTests
{
    private const string Counter = "i=0; while true; do i=$((i+1)); echo $i > /tmp/count; sleep 0.05; done";

    [CriuFact]
    public void A_restored_container_goes_on_where_it_was()
    {
        using var container = Counting();
        Checkpoint(container).ShouldSucceed();
        Assert.NotEqual(0, container.Verb("state").ExitCode);
        Assert.Empty(container.Cgroups());
        var count = Math.Max(20, Count(container));
        Restore(container).ShouldSucceed();
        Assert.Equal("running", container.Status);
        TestContainer.Eventually(() => GoesOn(container) > count, "the counter goes on");
        Assert.NotEmpty(container.Cgroups());
        Assert.Contains(container.Pid.ToString(CultureInfo.InvariantCulture), File.ReadAllText(container.Path("pid")));
        Assert.Empty(container.HostMounts());
        container.Verb("kill", "KILL").ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "it ends");
        container.Verb("delete").ShouldSucceed();
        Assert.Empty(container.Cgroups());
    }

    [CriuFact]
    public void It_can_be_restored_under_another_name_into_another_group()
    {
        using var container = Counting();
        container.Verb("pause").ShouldSucceed();
        Checkpoint(container).ShouldSucceed();
        using var other = InAnotherGroup(container);
        // criu wants open files as they were, and this one may have been open.
        File.Copy(System.IO.Path.Combine(container.Rootfs, "tmp/count"), System.IO.Path.Combine(other.Rootfs, "tmp/count"));
        var count = Math.Max(20, Count(container));
        other.WriteConfig();
        Restore(other, container.Path("images")).ShouldSucceed();
        TestContainer.Eventually(() => GoesOn(other) > count, "the counter goes on, in the other root");
        Assert.Contains($"/{other.Id}\n", File.ReadAllText($"/proc/{other.Pid}/cgroup"));
        Assert.Empty(container.Cgroups());
    }

    [CriuFact]
    public void Where_criu_leaves_groups_alone_the_process_is_in_the_new_one_all_the_same()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        Checkpoint(container, "--manage-cgroups-mode", "ignore").ShouldSucceed();
        using var other = InAnotherGroup(container);
        other.WriteConfig();
        Restore(other, container.Path("images"), "--manage-cgroups-mode ignore").ShouldSucceed();
        Assert.Contains($"/{other.Id}\n", File.ReadAllText($"/proc/{other.Pid}/cgroup"));
        Assert.DoesNotContain(container.Id, File.ReadAllText($"/proc/{other.Pid}/cgroup"));
        other.Verb("delete", "--force").ShouldSucceed();
        Assert.Empty(other.Cgroups());
        Assert.Empty(container.Cgroups());
    }

    [CriuFact]
    public void A_restore_into_another_group_that_fails_late_leaves_neither()
    {
        using var container = Counting();
        container.Verb("pause").ShouldSucceed();
        Checkpoint(container).ShouldSucceed();
        using var other = InAnotherGroup(container);
        File.Delete(System.IO.Path.Combine(other.Rootfs, "bin/busybox"));
        other.WriteConfig();
        Assert.Contains("criu failed: type restore", Restore(other, container.Path("images")).Error);
        Assert.Empty(other.Cgroups());
        Assert.Empty(container.Cgroups());
    }

    [CriuFact]
    public void A_checkpoint_can_leave_the_container_running()
    {
        using var container = Counting();
        Checkpoint(container, "--leave-running").ShouldSucceed();
        Assert.Equal("running", container.Status);
        var count = Count(container);
        TestContainer.Eventually(() => Count(container) > count, "it runs on");
    }

    [CriuFact]
    public void Memory_is_written_ahead()
    {
        using var container = Counting();
        var outcome = Criu(container, "checkpoint", "--pre-dump", "--image-path", container.Path("earlier"), "--work-path", container.Path("work"), container.Id);
        Assert.Equal("running", container.Status);
        if (RuntimeUnderTest.Execute(System.IO.Path.Combine(CriuFactAttribute.Directory!, "criu"), "check", "--feature", "mem_dirty_track").ExitCode != 0)
        {
            // Not every kernel tells what memory has changed.
            Assert.Contains("Tracking memory is not available", outcome.Error);
            return;
        }

        outcome.ShouldSucceed();
        Checkpoint(container, "--parent-path", "../earlier").ShouldSucceed();
        var count = Count(container);
        Restore(container).ShouldSucceed();
        TestContainer.Eventually(() => Count(container) > count, "the counter goes on");
    }

    [CriuFact]
    public void What_a_restored_process_writes_goes_to_the_new_streams()
    {
        using var container = new TestContainer().Script("i=0; while true; do i=$((i+1)); echo line $i; sleep 0.05; done");
        container.WriteConfig();
        Piped($"'{RuntimeUnderTest.Program}' --root '{container.Root}' run --detach --bundle '{container.Bundle}' {container.Id}", container.Path("first"));
        TestContainer.Eventually(() => Text(container, "first").Contains("line 3\n", StringComparison.Ordinal), "it writes");
        Checkpoint(container).ShouldSucceed();
        Piped(RestoreCommand(container, container.Path("images")), container.Path("second"));
        TestContainer.Eventually(() => Text(container, "second").Contains("line ", StringComparison.Ordinal), "it writes to the new pipe");
        Assert.DoesNotContain("line 1\n", Text(container, "second"));
    }

    // In the background, with both outputs on one pipe that outlives the command.
    private static void Piped(string command, string output) =>
        RuntimeUnderTest.Execute("/bin/sh", "-c", $"({command} 2>&1 < /dev/null | cat > '{output}') > /dev/null 2>&1 &").ShouldSucceed();

    private static string Text(TestContainer container, string name) => File.Exists(container.Path(name)) ? File.ReadAllText(container.Path(name)) : "";

    [CriuFact]
    public void Mounts_of_the_host_are_had_anew()
    {
        using var container = new TestContainer().Script("while true; do cat /data/word > /data/copy; sleep 0.05; done");
        Directory.CreateDirectory(container.Path("data"));
        File.WriteAllText(container.Path("data/word"), "first");
        container.Mount("/data", "bind", container.Path("data"), "bind");
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => File.Exists(container.Path("data/copy")), "it reads the mount");
        Checkpoint(container).ShouldSucceed();
        File.WriteAllText(container.Path("data/word"), "second");
        Restore(container).ShouldSucceed();
        TestContainer.Eventually(() => File.ReadAllText(container.Path("data/copy")) == "second", "it reads the mount again");
    }

    [CriuFact]
    public void A_failed_restore_leaves_nothing_and_says_where_the_log_is()
    {
        using var container = Counting();
        Checkpoint(container).ShouldSucceed();
        File.Delete(System.IO.Path.Combine(container.Path("images"), "pstree.img"));
        var outcome = Restore(container);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("criu failed: type restore", outcome.Error);
        Assert.Contains("restore.log", outcome.Error);
        Assert.Empty(container.Cgroups());
        Assert.False(Directory.Exists(System.IO.Path.Combine(container.Root, container.Id)));
    }

    [OwnRootFact]
    public void Without_criu_the_error_says_so()
    {
        using var container = Counting();
        var outcome = RuntimeUnderTest.Execute("/usr/bin/env", "PATH=/nowhere", RuntimeUnderTest.Program, "--root", container.Root, "checkpoint", container.Id, "--image-path", container.Path("images"));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("the program criu, which is not in $PATH", outcome.Error);
        Assert.Equal("running", container.Status);
        var features = RuntimeUnderTest.Execute("/usr/bin/env", "PATH=/nowhere", RuntimeUnderTest.Program, "features").ShouldSucceed();
        Assert.Equal("false", (string?)JsonNode.Parse(features.Output)!["annotations"]!["org.opencontainers.runc.checkpoint.enabled"]);
    }

    [OwnRootFact]
    public void What_is_not_supported_is_refused()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Create().ShouldSucceed();
        Assert.Contains("cannot be checkpointed in created state", container.Verb("checkpoint").Error);
        Assert.Contains("--page-server ADDRESS:PORT", RuntimeUnderTest.Run(container.Root, "checkpoint", "--page-server", "host", container.Id).Error);
        Assert.Contains("--page-server ADDRESS:PORT", RuntimeUnderTest.Run(container.Root, "checkpoint", "--lazy-pages", container.Id).Error);
        Assert.Contains("no such descriptor", RuntimeUnderTest.Run(container.Root, "checkpoint", "--status-fd", "77", container.Id).Error);
        Assert.Contains("holds no checkpoint", RuntimeUnderTest.Run(container.Root, "restore", "--bundle", container.Bundle, "--image-path", container.Bundle, "another").Error);
    }

    private static TestContainer Counting()
    {
        var container = new TestContainer().Script(Counter);
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => Count(container) > 20, "it counts");
        return container;
    }

    // The same, but for its name, its root and its group.
    private static TestContainer InAnotherGroup(TestContainer container)
    {
        var other = new TestContainer();
        foreach (var (name, value) in container.Config.ToArray()) other.Config[name] = value?.DeepClone();
        other.Linux["cgroupsPath"] = $"/{other.Id}";
        return other;
    }

    // One that begins anew begins at one. Nothing is there for the moment in which it is written.
    private static int GoesOn(TestContainer container)
    {
        var count = Count(container);
        Assert.False(count is > 0 and <= 20, $"the counter is at {count}");
        return count;
    }

    private static int Count(TestContainer container) =>
        File.Exists(System.IO.Path.Combine(container.Rootfs, "tmp/count")) && int.TryParse(File.ReadAllText(System.IO.Path.Combine(container.Rootfs, "tmp/count")), out var count) ? count : 0;

    private static Outcome Checkpoint(TestContainer container, params string[] options) =>
        Criu(container, ["checkpoint", "--image-path", container.Path("images"), "--work-path", container.Path("work"), .. options, container.Id]);

    // Its streams are files, as those of a container that outlives the verb.
    private static Outcome Restore(TestContainer container, string? images = null, string options = "")
    {
        var outcome = RuntimeUnderTest.Execute("/bin/sh", "-c", $"{RestoreCommand(container, images ?? container.Path("images"), options)} > '{container.Path("restored")}' 2>&1 < /dev/null");
        return outcome with { Error = File.ReadAllText(container.Path("restored")) };
    }

    private static string RestoreCommand(TestContainer container, string images, string options = "") =>
        $"PATH='{CriuFactAttribute.Directory}':$PATH '{RuntimeUnderTest.Program}' --root '{container.Root}' restore --detach --bundle '{container.Bundle}' --pid-file '{container.Path("pid")}'"
        + $" --image-path '{images}' --work-path '{container.Path("work")}' {options} {container.Id}";

    private static Outcome Criu(TestContainer container, params string[] arguments) =>
        RuntimeUnderTest.Execute(
            "/usr/bin/env", [$"PATH={CriuFactAttribute.Directory}:{Environment.GetEnvironmentVariable("PATH")}", RuntimeUnderTest.Program, "--root", container.Root, .. arguments]);
}

/// <summary>A test that needs a criu that knows this kernel; <c>tests/criu</c> finds or fetches one.</summary>
public sealed class CriuFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Found = new(Find);

    public CriuFactAttribute()
    {
        if (new OwnRootFactAttribute().Skip is { } reason) Skip = reason;
        else if (Directory is null) Skip = "needs a criu that works on this kernel: the system's does not, and ./tests/criu could not fetch one";
    }

    /// <summary>Where it is, or null.</summary>
    public static string? Directory => Found.Value;

    private static string? Find()
    {
        try
        {
            var outcome = RuntimeUnderTest.Execute(System.IO.Path.Combine(Repository.Root, "tests", "criu"));
            return outcome.ExitCode == 0 ? outcome.Output.Trim() : null;
        }
        catch (Exception e) when (e is TimeoutException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
