using Paas.Linux.Cgroups;
using Paas.Runtime.State;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.Tests.State;

public sealed class StateTests
{
    [Theory]
    [InlineData(ContainerStatus.Creating, false, false, false, false, false, false, false, "creating")]
    [InlineData(ContainerStatus.Created, true, true, true, true, true, false, true, "created")]
    [InlineData(ContainerStatus.Running, false, true, false, true, true, false, true, "running")]
    [InlineData(ContainerStatus.Paused, false, true, false, true, false, true, true, "paused")]
    [InlineData(ContainerStatus.Stopped, false, false, true, false, false, false, false, "stopped")]
    public void Which_verb_may_follow_which_status(
        ContainerStatus status, bool start, bool kill, bool delete, bool execute, bool pause, bool resume, bool update, string word)
    {
        Assert.Equal(
            ((start, kill, delete, execute), (pause, resume, update), word),
            ((ContainerStatuses.CanStart(status), ContainerStatuses.CanKill(status), ContainerStatuses.CanDelete(status),
                ContainerStatuses.CanExecute(status)),
                (ContainerStatuses.CanPause(status), ContainerStatuses.CanResume(status), ContainerStatuses.CanUpdate(status)),
                ContainerStatuses.Word(status)));
    }

    [Fact]
    public void An_id_is_claimed_once()
    {
        using var root = new TemporaryDirectory();
        var directory = new StateDirectory(root.Path, "a");
        directory.Claim();
        Assert.Throws<RuntimeException>(directory.Claim);
        Assert.Null(directory.Read());
        Assert.Equal(["a"], StateDirectory.List(root.Path));
        directory.Remove();
        directory.Remove();
        Assert.Empty(StateDirectory.List(root.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public void An_id_is_a_plain_name(string id) => Assert.Throws<RuntimeException>(() => new StateDirectory("/tmp", id));

    [Theory]
    [InlineData("cgroup.freeze", "1\n", null, ContainerStatus.Paused)]
    [InlineData("cgroup.freeze", "0\n", null, ContainerStatus.Running)]
    [InlineData("freezer.state", "FREEZING\n", "1\n", ContainerStatus.Paused)]
    [InlineData("freezer.state", "FROZEN\n", "0\n", ContainerStatus.Running)]
    [InlineData("freezer.state", "THAWED\n", "0\n", ContainerStatus.Running)]
    [InlineData("gone", null, null, ContainerStatus.Running)]
    public void The_file_that_the_record_names_says_whether_it_is_frozen(string name, string? content, string? self, ContainerStatus status)
    {
        using var root = new TemporaryDirectory();
        var directory = new StateDirectory(root.Path, "a");
        directory.Claim();
        var file = Path.Combine(root.Path, name);
        if (content is not null) File.WriteAllText(file, content);
        if (self is not null) File.WriteAllText(Path.Combine(root.Path, "freezer.self_freezing"), self);
        directory.Write(Running() with { Freezer = file });
        Assert.Equal(status, KnownContainer.Load(root.Path, "a").Status());
    }

    [Fact]
    public void A_record_of_a_dead_or_different_process_is_a_stopped_container()
    {
        using var root = new TemporaryDirectory();
        var directory = new StateDirectory(root.Path, "a");
        directory.Claim();
        var record = Running();
        directory.Write(record);
        Assert.Equal(ContainerStatus.Running, KnownContainer.Load(root.Path, "a").Status());
        // The same pid, another process: pids are used again.
        directory.Write(record with { StartTime = record.StartTime + 1 });
        Assert.Equal(ContainerStatus.Stopped, KnownContainer.Load(root.Path, "a").Status());
        Assert.Null(KnownContainer.Load(root.Path, "a").OpenProcess());
        directory.Write(record with { Pid = 0 });
        Assert.Equal(ContainerStatus.Creating, KnownContainer.Load(root.Path, "a").Status());
    }

    [Fact]
    public void What_a_record_says_is_read_back()
    {
        using var root = new TemporaryDirectory();
        var directory = new StateDirectory(root.Path, "a");
        directory.Claim();
        var record = BeingMade() with
        {
            Cpuset = true, Freezer = "/f", SystemdUnit = "u", HostMount = 7, HasHooks = true, Creator = 12, HasProgram = false,
        };
        directory.Write(record);
        Assert.Equal(record, directory.Read());
        foreach (var unified in (string?[])["/sys/fs/cgroup/unified", null])
        {
            var hierarchies = new CgroupHierarchies(unified, new Dictionary<string, string> { ["cpu"] = "/c/cpu", ["name=systemd"] = "/c/systemd" });
            directory.Write(record with { Hierarchies = hierarchies });
            var read = directory.Read()!.Hierarchies!;
            Assert.Equal(hierarchies.Unified, read.Unified);
            Assert.Equal(hierarchies.Legacy, read.Legacy);
        }

        directory.Write(record with { Creator = 0, HasProgram = true });
        Assert.Equal((0, true), (directory.Read()!.Creator, directory.Read()!.HasProgram));
    }

    [Fact]
    public void A_record_is_seen_once_it_is_published()
    {
        using var root = new TemporaryDirectory();
        var directory = new StateDirectory(root.Path, "a");
        directory.Claim();
        var record = BeingMade();
        directory.Write(record);
        directory.Prepare(record with { Pid = 1 });
        Assert.Equal(0, directory.Read()!.Pid);
        directory.Publish();
        Assert.Equal(1, directory.Read()!.Pid);
        directory.Prepare(record);
        directory.Remove();
        Assert.False(Directory.Exists(directory.Path));
    }

    // A create that was killed.
    [Fact]
    public void Nobody_waits_for_a_maker_that_has_ended()
    {
        using var root = new TemporaryDirectory();
        var directory = new StateDirectory(root.Path, "a");
        directory.Claim();
        using var maker = System.Diagnostics.Process.Start("/bin/true");
        maker.WaitForExit();
        directory.Write(BeingMade() with { Creator = maker.Id });
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.True(KnownContainer.Load(root.Path, "a").AwaitCreation());
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Throws<RuntimeException>(KnownContainer.Load(root.Path, "a").Start);
    }

    private static ContainerRecord BeingMade() => new()
    {
        Id = "a", OciVersion = "1.2.0", Pid = 0, StartTime = 0, Bundle = "/b", Rootfs = "/b/rootfs", Created = DateTimeOffset.UnixEpoch, Cgroup = "/a",
    };

    private static ContainerRecord Running() =>
        BeingMade() with { Pid = Environment.ProcessId, StartTime = Paas.Linux.Processes.StartTime(Environment.ProcessId)!.Value };
}
