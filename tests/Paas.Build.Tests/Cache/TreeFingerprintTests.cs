using Paas.Build.Cache;
using Paas.Testing;

namespace Paas.Build.Tests.Cache;

public sealed class TreeFingerprintTests
{
    [Fact]
    public void It_stays_while_nothing_is_touched_also_when_the_directory_moves()
    {
        using var directory = new TemporaryDirectory();
        var layer = Make(directory);
        var (before, bytes) = TreeFingerprint.Of(layer);
        Assert.Equal(11, bytes);
        Assert.Equal(before, TreeFingerprint.Of(layer).Fingerprint);
        Directory.Move(layer, directory.Combine("moved"));
        Assert.Equal(before, TreeFingerprint.Of(directory.Combine("moved")).Fingerprint);
    }

    [Fact]
    public void Every_change_shows()
    {
        Action<string>[] changes =
        [
            layer => File.AppendAllText(Path.Combine(layer, "a"), "x"),
            layer => File.Delete(Path.Combine(layer, "a")),
            layer => File.WriteAllText(Path.Combine(layer, "new"), ""),
            layer => File.Move(Path.Combine(layer, "a"), Path.Combine(layer, "z")),
            layer => File.SetUnixFileMode(Path.Combine(layer, "a"), UnixFileMode.UserRead),
            layer => Directory.CreateDirectory(Path.Combine(layer, "sub", "empty")),
            layer => File.SetLastWriteTimeUtc(Path.Combine(layer, "a"), DateTime.UnixEpoch),
            RewriteWithTheSameSizeAndTime,
        ];
        foreach (var change in changes)
        {
            using var directory = new TemporaryDirectory();
            var layer = Make(directory);
            var before = TreeFingerprint.Of(layer).Fingerprint;
            change(layer);
            Assert.NotEqual(before, TreeFingerprint.Of(layer).Fingerprint);
        }
    }

    private static void RewriteWithTheSameSizeAndTime(string layer)
    {
        var path = Path.Combine(layer, "a");
        var time = File.GetLastWriteTimeUtc(path);
        // The kernel's clock of inode times ticks every few milliseconds.
        Thread.Sleep(20);
        using (var file = File.Open(path, FileMode.Open)) file.Write("HELLO"u8);
        File.SetLastWriteTimeUtc(path, time);
    }

    private static string Make(TemporaryDirectory directory)
    {
        var layer = directory.Combine("layer");
        Directory.CreateDirectory(Path.Combine(layer, "sub"));
        File.WriteAllText(Path.Combine(layer, "a"), "hello");
        File.WriteAllText(Path.Combine(layer, "sub", "b"), "world!");
        return layer;
    }
}
