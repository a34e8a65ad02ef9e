using Paas.Build.Cache;
using Paas.Build.Dockerfiles.Building;
using Paas.Build.Dockerfiles.Running;
using Paas.Testing;

namespace Paas.Build.Tests.Dockerfiles.Running;

/// <summary>The directories behind cache mounts: who is given which, and when they go.</summary>
public sealed class CacheMountTests : IDisposable
{
    private static readonly DateTime Now = DateTime.UtcNow;

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<(string App, string Id), string> _paths = [];

    private string Mounts => _directory.Combine(".dockerfile", "mounts");

    private CacheMounts Caches => new(_directory.Combine(".dockerfile"));

    public void Dispose() => _directory.Dispose();

    [RootFact]
    public async Task Old_caches_go_and_then_the_longest_unused_until_the_rest_fits_but_none_that_a_step_has()
    {
        foreach (var (id, days, bytes) in new[] { ("old", 40, 10), ("empty", 40, 0), ("held", 50, 100), ("second", 20, 100), ("first", 30, 100), ("new", 1, 100) })
            await KeepAsync("a", id, Now.AddDays(-days), bytes);
        // A buildpack's, between the others by age.
        Directory.CreateDirectory(_directory.Combine("b", "layers"));
        File.WriteAllBytes(_directory.Combine("b", "layers", "x"), new byte[100]);
        File.WriteAllText(_directory.Combine("b", "lock"), "");
        File.SetLastWriteTimeUtc(_directory.Combine("b", "lock"), Now.AddDays(-25));
        Directory.CreateDirectory(Path.Combine(Mounts, new string('f', 64)));

        using var held = await TakeAsync("a", "held");
        Directory.SetLastWriteTimeUtc(held.Path, Now.AddDays(-50));
        // Of 510 bytes, 300 may stay: what is held for its age is counted before, and another one goes in its place.
        Assert.Equal((5, 210), Trim(300, remove: false));
        Assert.Equal((5, 210), Trim(300, remove: true));
        Assert.Equal(["held", "new", "second"], Kept());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Combine("b"), "layers"));
        Assert.Equal(["a"], Directory.EnumerateDirectories(Mounts).Select(Path.GetFileName));

        held.Dispose();
        Assert.Equal((0, 0), Trim(300, remove: true));
        Assert.Equal((1, 100), Trim(200, remove: true));
        Assert.Equal(["held", "new"], Kept());
    }

    [RootFact]
    public async Task What_a_step_puts_in_counts_from_the_next_time_on_and_a_time_that_it_sets_does_not()
    {
        await KeepAsync("a", "x", Now.AddDays(-1), 100);
        Assert.Equal((1, 100), Trim(50, remove: false));
        using (var lease = await TakeAsync("a", "x"))
        {
            Directory.CreateDirectory(Path.Combine(lease.Path, "deep"));
            File.WriteAllBytes(Path.Combine(lease.Path, "deep", "y"), new byte[23]);
            Directory.SetLastWriteTimeUtc(lease.Path, Now.AddYears(50));
        }

        Assert.InRange(Directory.GetLastWriteTimeUtc(PathOf("a", "x")), Now, DateTime.UtcNow);
        Assert.Equal((1, 123), Trim(50, remove: false));
    }

    [RootFact]
    public async Task An_app_s_caches_go_with_it_and_no_other_app_s_do()
    {
        await KeepAsync("a", "x", Now, 1);
        await KeepAsync("ab", "x", Now, 1);
        var mark = new AppMarks(_directory.Combine(".dockerfile"), "a").App;
        Assert.Equal(["a", "ab"], DockerfileCache.AppsWithMounts(_directory.Path).Order());
        using (await TakeAsync("a", "x")) DockerfileCache.Forget(_directory.Path, "a");
        Assert.Equal(["ab"], Directory.EnumerateFileSystemEntries(Mounts).Select(Path.GetFileName));
        DockerfileCache.Forget(_directory.Path, "never-there");

        // The next app of the name begins with nothing, nor with steps that the former one's caches went into.
        using var lease = await TakeAsync("a", "x");
        Assert.Empty(Directory.EnumerateFileSystemEntries(lease.Path));
        Assert.NotEqual(mark, new AppMarks(_directory.Combine(".dockerfile"), "a").App);
    }

    [RootFact]
    public async Task A_private_cache_that_is_taken_is_another_one_for_once_and_none_is_left_after_a_crash()
    {
        string passing;
        using (var first = await TakeAsync("a", "x", ",sharing=private"))
        {
            using (var second = await TakeAsync("a", "x", ",sharing=private")) passing = second.Path;
            Assert.NotEqual(first.Path, passing);
            Assert.False(Path.Exists(passing));
            Assert.True(Path.Exists(first.Path));
        }

        using (var again = await TakeAsync("a", "x", ",sharing=private")) Assert.Equal(PathOf("a", "x"), again.Path);
        Directory.CreateDirectory(passing);
        Directory.CreateDirectory(Path.Combine(Mounts, ".removed-x"));
        DockerfileCache.RemoveLeftovers(_directory.Path);
        Assert.Equal([PathOf("a", "x")], Directory.EnumerateDirectories(Mounts).SelectMany(Directory.EnumerateDirectories));
        Assert.Equal(["a"], Directory.EnumerateDirectories(Mounts).Select(Path.GetFileName));
    }

    [RootFact]
    public async Task A_locked_cache_is_had_by_one_after_the_other_and_who_stops_waiting_holds_nothing()
    {
        using var first = await TakeAsync("a", "x", ",sharing=locked");
        using (var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(20)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Caches.TakeAsync("a", MountOf("x", ",sharing=locked"), null, impatient.Token));
        var waiting = TakeAsync("a", "x", ",sharing=locked");
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        (await waiting).Dispose();
        Directory.SetLastWriteTimeUtc(PathOf("a", "x"), Now.AddDays(-40));
        Assert.Equal((1, 0), Trim(0, remove: true));
    }

    [RootFact]
    public async Task A_cache_that_could_not_be_filled_is_filled_the_next_time()
    {
        async Task FillAsync(string path, bool fails)
        {
            Directory.CreateDirectory(path);
            await File.WriteAllTextAsync(Path.Combine(path, "half"), "");
            if (fails) throw new IOException("cut off");
            await File.WriteAllTextAsync(Path.Combine(path, "whole"), "");
        }

        await Assert.ThrowsAsync<IOException>(() => Caches.TakeAsync("a", MountOf("x"), new CacheOrigin("d", path => FillAsync(path, fails: true)), default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Mounts, "a")));
        using var lease = await Caches.TakeAsync("a", MountOf("x"), new CacheOrigin("d", path => FillAsync(path, fails: false)), default);
        Assert.Equal(["half", "whole"], Directory.EnumerateFiles(lease.Path).Select(Path.GetFileName).Order());
        using var same = await Caches.TakeAsync("a", MountOf("x"), new CacheOrigin("d", path => FillAsync(path, fails: true)), default);
        Assert.Equal(lease.Path, same.Path);
    }

    private (int Count, long Bytes) Trim(long maximumBytes, bool remove) => BuildCaches.Trim(_directory.Path, Now.AddDays(-35), maximumBytes, remove);

    private IEnumerable<string> Kept() => Directory.EnumerateFiles(Path.Combine(Mounts, "a"), "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)).Order();

    private async Task KeepAsync(string app, string id, DateTime usedAt, int bytes)
    {
        using (var lease = await TakeAsync(app, id)) if (bytes > 0) File.WriteAllBytes(Path.Combine(lease.Path, id), new byte[bytes]);
        Directory.SetLastWriteTimeUtc(PathOf(app, id), usedAt);
    }

    private string PathOf(string app, string id) => _paths[(app, id)];

    private async Task<CacheMounts.Lease> TakeAsync(string app, string id, string fields = "")
    {
        var lease = await Caches.TakeAsync(app, MountOf(id, fields), null, default);
        _paths.TryAdd((app, id), lease.Path);
        return lease;
    }

    private static RunMount MountOf(string id, string fields = "") => RunMount.Parse($"type=cache,target=/cache,id={id}{fields}", "/");
}
