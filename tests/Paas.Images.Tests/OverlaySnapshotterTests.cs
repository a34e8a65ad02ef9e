using Paas.Images.Snapshots;
using Paas.Testing;

namespace Paas.Images.Tests;

public sealed class OverlaySnapshotterTests : SnapshotterConformance
{
    private string Root => Directory.Combine("snapshots");

    protected override Snapshotter Open() => new(Root);

    [Fact]
    public void What_a_crash_left_half_made_or_half_removed_is_gone_after_opening()
    {
        CommitTwoLayers(Open());
        foreach (var place in (string[])["new", "trash"])
        {
            System.IO.Directory.CreateDirectory(Path.Combine(Root, place, "leftover", "fs", "deep"));
            File.WriteAllText(Path.Combine(Root, place, "leftover", "fs", "deep", "file"), "x");
        }

        var snapshotter = Open();
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(Path.Combine(Root, "new")));
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(Path.Combine(Root, "trash")));
        Assert.True(snapshotter.Contains(Middle));
    }

    [Fact]
    public void A_layer_that_a_power_cut_may_have_torn_is_not_trusted()
    {
        CommitTwoLayers(Open());
        // As after a boot: the lower one was known to be on disk, the upper one was not.
        File.Delete(Path.Combine(Root, "committed", Lower.Hex, "boot"));
        File.WriteAllText(Path.Combine(Root, "committed", Middle.Hex, "boot"), "00000000-0000-0000-0000-000000000000\n");
        var snapshotter = Open();
        Assert.True(snapshotter.Contains(Lower));
        Assert.False(snapshotter.Contains(Middle));
        Assert.Throws<SnapshotException>(() => snapshotter.Prepare("x", Middle));
    }

    [Fact]
    public void Layers_of_this_boot_are_written_out_at_opening_and_trusted_from_then_on()
    {
        CommitTwoLayers(Open());
        Assert.True(File.Exists(Path.Combine(Root, "committed", Middle.Hex, "boot")));
        Open();
        Assert.False(File.Exists(Path.Combine(Root, "committed", Middle.Hex, "boot")));
    }

    [RootFact]
    public void Whether_layers_can_be_id_mapped_is_found_out_and_leaves_nothing()
    {
        var mountsBefore = File.ReadAllLines("/proc/self/mountinfo").Length;
        var snapshotter = Open();
        var supported = snapshotter.SupportsIdMapping;
        // Linux 6.15 takes detached mounts as layers; ext4, xfs and btrfs can be mapped.
        if (Environment.OSVersion.Version >= new Version(6, 15) && !Root.StartsWith("/dev/shm", StringComparison.Ordinal)) Assert.True(supported);
        Assert.Equal(supported, Open().SupportsIdMapping);
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(Path.Combine(Root, "new")));
        Assert.Equal(mountsBefore, File.ReadAllLines("/proc/self/mountinfo").Length);
    }
}
