using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Images.Trees;
using Paas.Linux;
using Paas.Testing;

namespace Paas.Images.Tests;

/// <summary>An app can make directories within each other until the disk is full: nothing that looks at them may run out of anything.</summary>
public sealed class DeepTreeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Trash => _directory.Combine("snapshots", "trash");

    public void Dispose()
    {
        Trees.Clear(_directory.Path);
        _directory.Dispose();
    }

    [Fact]
    public void A_snapshot_is_removed_however_deep_its_directories_are()
    {
        var snapshotter = Open();
        var upper = snapshotter.Prepare("deep", null).UpperDirectory!;
        Trees.MakeDeep(Path.Combine(upper, "deep"), 3000);
        File.WriteAllText(_directory.Combine("outside"), "stays");
        File.CreateSymbolicLink(Path.Combine(upper, "deep", "link"), _directory.Path);
        for (var i = 0; i < 2000; i++) Directory.CreateDirectory(Path.Combine(upper, "wide", $"{i}", "x"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        snapshotter.Remove("deep");

        Assert.Null(snapshotter.TrashProblem);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Trash));
        Assert.True(File.Exists(_directory.Combine("outside")));
        // Names, and not a path for each level, which would be 2 GiB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 << 20);
    }

    [RootFact]
    public void What_cannot_be_removed_keeps_neither_the_rest_nor_the_next_start()
    {
        Open();
        foreach (var name in (string[])["a", "b", "c"]) Directory.CreateDirectory(Path.Combine(Trash, name, "fs", "x"));
        var mounted = Path.Combine(Trash, "b", "fs", "x");
        Mounts.Mount("tmpfs", mounted, "tmpfs", 0, null);
        try
        {
            File.WriteAllText(Path.Combine(mounted, "file"), "another filesystem's");

            var snapshotter = Open();

            Assert.Contains("/trash/", Assert.IsType<string>(snapshotter.TrashProblem));
            Assert.Equal(["b"], Directory.EnumerateDirectories(Trash).Select(path => Path.GetFileName(path)));
            Assert.True(File.Exists(Path.Combine(mounted, "file")));
        }
        finally
        {
            Mounts.Unmount(mounted, 0);
        }

        Assert.Null(Open().TrashProblem);
        Assert.Empty(Directory.EnumerateDirectories(Trash));
    }

    [Fact]
    public async Task A_tree_too_deep_for_a_layer_is_refused_by_name()
    {
        var tree = _directory.Combine("tree");
        Trees.MakeDeep(tree, 1000);
        var content = new ContentStore(_directory.Combine("content"));

        var error = await Assert.ThrowsAsync<TreeTooDeepException>(() => LayerWriter.WriteDirectoryAsync(content, tree, new LayerOptions(), CancellationToken.None));

        Assert.Contains("levels deep", error.Message);
    }

    [Fact]
    public void A_tree_too_deep_to_be_copied_or_digested_is_refused_by_name()
    {
        Trees.MakeDeep(_directory.Combine("tree"), 1000);
        var target = Directory.CreateDirectory(_directory.Combine("target")).FullName;
        using var from = FileTree.Of(_directory.Path);
        using var to = FileTree.Of(target);

        Assert.Throws<TreeTooDeepException>(() => new TreeCopier(from, to, new TreeCopyOptions()).Copy("tree", "copy", CancellationToken.None));
        Assert.Throws<TreeTooDeepException>(() => new TreeDigest(from, withOwners: false).Of("tree", CancellationToken.None));
    }

    [Fact]
    public async Task A_layer_with_an_entry_too_deep_is_refused_by_name()
    {
        using var layer = new MemoryStream(new TarBuilder().File(string.Join('/', Enumerable.Repeat("d", 1500)), "x").Tar());
        var target = Directory.CreateDirectory(_directory.Combine("target")).FullName;

        var error = await Assert.ThrowsAsync<LayerFormatException>(() => LayerReader.ApplyAsync(layer, target, WhiteoutHandling.Overlay, CancellationToken.None));

        Assert.Contains("levels deep", error.Message);
    }

    private Snapshotter Open() => new(_directory.Combine("snapshots"));
}
