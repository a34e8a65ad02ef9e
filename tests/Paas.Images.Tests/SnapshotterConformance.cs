using Paas.Images.Snapshots;
using Paas.Linux;
using Paas.Oci;
using Paas.Testing;

namespace Paas.Images.Tests;

/// <summary>
/// What every snapshotter must do, whatever it stores its layers on. An implementation's test class derives from this and
/// says how to open one. Layers are written through the directories it gives, as unpacking does.
/// </summary>
public abstract class SnapshotterConformance : IDisposable
{
    protected static Digest Lower { get; } = Digest.Compute("lower"u8);

    protected static Digest Middle { get; } = Digest.Compute("middle"u8);

    protected TemporaryDirectory Directory { get; } = new();

    public void Dispose() => Directory.Dispose();

    protected abstract Snapshotter Open();

    [Fact]
    public void Prepare_upon_nothing_gives_an_empty_writable_root()
    {
        var mount = Open().Prepare("a", null);
        Assert.NotNull(mount.UpperDirectory);
        Assert.NotNull(mount.WorkDirectory);
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(mount.UpperDirectory));
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(mount.WorkDirectory));
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(Assert.Single(mount.LowerDirectories)));
        Assert.Equal(0x1edu, Files.Status(mount.UpperDirectory).Permissions);
        Assert.Equal(Files.Status(mount.UpperDirectory).Device, Files.Status(mount.WorkDirectory).Device);
    }

    [Fact]
    public void Committed_layers_lie_below_what_is_prepared_upon_them_uppermost_first()
    {
        var snapshotter = Open();
        CommitTwoLayers(snapshotter);
        var mount = snapshotter.Prepare("c", Middle);
        Assert.Equal(["middle", "lower"], mount.LowerDirectories.Select(Name));
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(mount.UpperDirectory!));
    }

    [Fact]
    public void Two_snapshots_upon_one_layer_share_it_and_nothing_else()
    {
        var snapshotter = Open();
        CommitTwoLayers(snapshotter);
        var one = snapshotter.Prepare("one", Lower);
        var two = snapshotter.Prepare("two", Lower);
        Assert.Equal(one.LowerDirectories, two.LowerDirectories);
        Assert.NotEqual(one.UpperDirectory, two.UpperDirectory);
        Assert.NotEqual(one.WorkDirectory, two.WorkDirectory);
    }

    [Fact]
    public void A_view_cannot_be_written_and_not_be_committed()
    {
        var snapshotter = Open();
        CommitTwoLayers(snapshotter);
        var view = snapshotter.View("view", Lower);
        Assert.Null(view.UpperDirectory);
        Assert.Null(view.WorkDirectory);
        // Without an upper directory overlayfs takes no fewer than two.
        Assert.True(view.LowerDirectories.Count >= 2);
        Assert.Equal("lower", Name(view.LowerDirectories[^1]));
        Assert.Throws<SnapshotException>(() => snapshotter.Commit("view", Digest.Compute("x"u8)));
    }

    [Fact]
    public void Keys_are_unique_and_parents_must_be_there()
    {
        var snapshotter = Open();
        snapshotter.Prepare("a", null);
        Assert.Throws<SnapshotException>(() => snapshotter.Prepare("a", null));
        Assert.Throws<SnapshotException>(() => snapshotter.Prepare("b", Lower));
        Assert.Throws<SnapshotException>(() => snapshotter.View("b", Lower));
        Assert.Null(snapshotter.Find("b"));
        Assert.Throws<SnapshotException>(() => snapshotter.Commit("b", Lower));
        Assert.False(snapshotter.Contains(Lower));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void Keys_that_are_no_names_are_refused(string key) => Assert.Throws<SnapshotException>(() => Open().Prepare(key, null));

    [Fact]
    public void Removing_forgets_a_snapshot_and_its_files_and_twice_is_fine()
    {
        var snapshotter = Open();
        var mount = snapshotter.Prepare("a", null);
        File.WriteAllText(Path.Combine(mount.UpperDirectory!, "f"), "x");
        snapshotter.Remove("a");
        snapshotter.Remove("a");
        Assert.False(System.IO.Directory.Exists(mount.UpperDirectory));
        Assert.Empty(snapshotter.Keys());
        snapshotter.Prepare("a", null);
    }

    [Fact]
    public void Committing_a_chain_that_is_there_keeps_the_first()
    {
        var snapshotter = Open();
        CommitTwoLayers(snapshotter);
        Write(snapshotter.Prepare("again", null), "other");
        snapshotter.Commit("again", Lower);
        Assert.Equal("lower", Name(snapshotter.Prepare("x", Lower).LowerDirectories[0]));
        Assert.Null(snapshotter.Find("again"));
    }

    [Fact]
    public void A_layer_is_removed_only_when_nothing_lies_upon_it()
    {
        var snapshotter = Open();
        CommitTwoLayers(snapshotter);
        Assert.Throws<SnapshotException>(() => snapshotter.RemoveCommitted(Lower));
        snapshotter.Prepare("active", Middle);
        Assert.Throws<SnapshotException>(() => snapshotter.RemoveCommitted(Middle));
        snapshotter.Remove("active");
        snapshotter.RemoveCommitted(Middle);
        snapshotter.RemoveCommitted(Lower);
        snapshotter.RemoveCommitted(Lower);
        Assert.False(snapshotter.Contains(Lower));
    }

    [Fact]
    public void Everything_is_still_there_after_opening_again()
    {
        var first = Open();
        CommitTwoLayers(first);
        var prepared = first.Prepare("active", Middle);
        Write(prepared, "written");
        var view = first.View("view", Lower);

        var second = Open();
        Assert.Equal(["active", "view"], second.Keys().Order(StringComparer.Ordinal));
        Assert.Equivalent(prepared, second.Find("active"), strict: true);
        Assert.Equivalent(view, second.Find("view"), strict: true);
        Assert.True(second.Contains(Middle));
        Assert.Equal("written", Name(prepared.UpperDirectory!));
    }

    [Fact]
    public async Task Many_at_once_do_not_disturb_each_other()
    {
        var snapshotter = Open();
        CommitTwoLayers(snapshotter);
        await Parallel.ForAsync(0, 64, (i, _) =>
        {
            var mount = snapshotter.Prepare($"key-{i}", Lower);
            Write(mount, $"{i}");
            if (i % 3 == 0) snapshotter.Commit($"key-{i}", Digest.Compute([(byte)(i % 6)]));
            else if (i % 3 == 1) snapshotter.Remove($"key-{i}");
            return ValueTask.CompletedTask;
        });
        Assert.Equal(Enumerable.Range(0, 64).Where(i => i % 3 == 2).Select(i => $"key-{i}").Order(StringComparer.Ordinal), snapshotter.Keys().Order(StringComparer.Ordinal));
        Assert.True(snapshotter.Contains(Digest.Compute([0])));
        Assert.True(snapshotter.Contains(Digest.Compute([3])));
    }

    [RootFact]
    public void What_it_describes_can_be_mounted_written_and_committed()
    {
        var snapshotter = Open();
        CommitTwoLayers(snapshotter);
        var mount = snapshotter.Prepare("top", Middle);
        var view = snapshotter.View("view", Lower);
        System.IO.Directory.CreateDirectory(Directory.Combine("root"));
        Trees.Shell(Directory.Path, $"""
            unshare --mount --propagation private sh -ec '
              mount -t overlay overlay -o "lowerdir={string.Join(':', mount.LowerDirectories)},upperdir={mount.UpperDirectory},workdir={mount.WorkDirectory}" root
              test "$(cat root/name)" = middle; echo top > root/name; rm root/lower-only
              umount root
              mount -t overlay overlay -o "lowerdir={string.Join(':', view.LowerDirectories)}" root
              test "$(cat root/name)" = lower; test -e root/lower-only; ! echo x 2>&- > root/name'
            """);
        var top = Digest.Compute("top"u8);
        snapshotter.Commit("top", top);
        var again = snapshotter.View("again", top);
        Trees.Shell(Directory.Path, $"""
            unshare --mount --propagation private sh -ec '
              mount -t overlay overlay -o "lowerdir={string.Join(':', again.LowerDirectories)}" root
              test "$(cat root/name)" = top; ! test -e root/lower-only'
            """);
    }

    protected static void Write(OverlayMount mount, string name) =>
        File.WriteAllText(Path.Combine(mount.UpperDirectory!, "name"), name);

    protected static string Name(string layer) => File.ReadAllText(Path.Combine(layer, "name")).Trim();

    protected static void CommitTwoLayers(Snapshotter snapshotter)
    {
        var lower = snapshotter.Prepare("first", null);
        Write(lower, "lower");
        File.WriteAllText(Path.Combine(lower.UpperDirectory!, "lower-only"), "");
        snapshotter.Commit("first", Lower);
        Write(snapshotter.Prepare("second", Lower), "middle");
        snapshotter.Commit("second", Middle);
    }
}
