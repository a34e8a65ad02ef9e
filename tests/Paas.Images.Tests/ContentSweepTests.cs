using Paas.Oci;
using Paas.Testing;

namespace Paas.Images.Tests;

public sealed class ContentSweepTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Root => _directory.Combine("store");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Digest.Sha256)]
    [InlineData(Digest.Sha512)]
    public async Task What_nobody_owns_goes_and_what_is_owned_stays(string algorithm)
    {
        var store = new ContentStore(Root);
        var owned = await WriteAsync(store, "owned", algorithm);
        var unowned = await WriteAsync(store, "unowned", algorithm);

        var found = store.Sweep(_ => new HashSet<Digest> { owned }, remove: false);
        Assert.Equal([(unowned, 7L)], found);
        Assert.True(store.Contains(unowned));

        Assert.Equal(found, store.Sweep(_ => new HashSet<Digest> { owned }, remove: true));
        Assert.False(store.Contains(unowned));
        Assert.Equal("owned", System.Text.Encoding.UTF8.GetString(await store.ReadAsync(owned, default)));
        Assert.Equal(5, store.SizeOf(owned));
        Assert.Null(store.SizeOf(unowned));
    }

    [Fact]
    public async Task A_lease_keeps_what_was_written_or_looked_for_while_it_is_open()
    {
        var store = new ContentStore(Root);
        var before = await WriteAsync(store, "before");
        var found = await WriteAsync(store, "found");
        var read = await WriteAsync(store, "read");
        Digest written;
        using (store.Lease())
        {
            written = await WriteAsync(store, "written");
            Assert.True(store.Contains(found));
            await store.ReadAsync(read, default);
            Assert.Equal([before], Sweep(store));
        }

        Assert.Equal(new[] { written, found, read }.Select(d => d.ToString()).Order(), Sweep(store).Select(d => d.ToString()).Order());
    }

    [Fact]
    public async Task The_end_of_an_older_lease_takes_nothing_from_a_younger_one()
    {
        var store = new ContentStore(Root);
        var older = store.Lease();
        var first = await WriteAsync(store, "first");
        using var younger = store.Lease();
        var second = await WriteAsync(store, "second");
        older.Dispose();
        older.Dispose();
        Assert.Equal([first], Sweep(store));
        Assert.True(store.Contains(second));
    }

    [Fact]
    public async Task Another_process_s_work_postpones_the_sweep()
    {
        // A second store on the directory stands where another process does: it shares nothing but the files.
        var store = new ContentStore(Root);
        var blob = await WriteAsync(store, "blob");
        var other = new ContentStore(Root);
        using (other.Lease()) Assert.Null(store.Sweep(_ => new HashSet<Digest>(), remove: true));
        Assert.True(store.Contains(blob));
        Assert.Equal([blob], Sweep(store));
    }

    [Fact]
    public async Task A_killed_process_s_lease_ends_with_it()
    {
        using (var process = WritingChild.Start(Root, lease: true))
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line && line != "10")
            {
            }

            var during = new ContentStore(Root);
            Assert.Null(during.Sweep(_ => new HashSet<Digest>(), remove: true));
            process.Kill();
            await process.WaitForExitAsync();
        }

        var store = new ContentStore(Root);
        Assert.NotEmpty(store.Sweep(_ => store.References().Values.Select(named => named.Digest).ToHashSet(), remove: true)!);
        Assert.Equal(store.References().Values.Select(d => $"{d.Digest}").Distinct().Order(), store.Blobs().Select(b => $"{b.Digest}").Order());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "leases")));
    }

    /// <summary>Writers that own what they made only after they made it, against sweeps without end: nothing owned is ever missing.</summary>
    [Fact]
    public async Task Writers_and_sweeps_at_the_same_time_lose_nothing()
    {
        var store = new ContentStore(Root);
        var owned = new System.Collections.Concurrent.ConcurrentDictionary<Digest, int>();
        using var done = new CancellationTokenSource();
        var swept = 0;
        var sweeper = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
                swept += store.Sweep(_ => owned.Where(pair => pair.Value > 0).Select(pair => pair.Key).ToHashSet(), remove: true)!.Count;
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (var round = 0; round < 150; round++)
            {
                using var lease = store.Lease();
                // Few contents, so that what one writer finds is often what a sweep is about to remove.
                var text = $"content {random.Next(12)}";
                var digest = Digest.Compute(System.Text.Encoding.UTF8.GetBytes(text));
                if (!store.Contains(digest)) await WriteAsync(store, text);
                await Task.Yield();
                owned.AddOrUpdate(digest, 1, (_, owners) => owners + 1);
                lease.Dispose();
                Assert.True(store.Contains(digest), $"writer {writer}, round {round}");
                owned.AddOrUpdate(digest, 0, (_, owners) => owners - 1);
            }
        })));
        await done.CancelAsync();
        await sweeper;
        Assert.NotEqual(0, swept + Sweep(store).Count);
    }

    private static List<Digest> Sweep(ContentStore store) =>
        [.. store.Sweep(_ => new HashSet<Digest>(), remove: true)!.Select(blob => blob.Digest)];

    private static async Task<Digest> WriteAsync(ContentStore store, string text, string algorithm = Digest.Sha256)
    {
        var content = System.Text.Encoding.UTF8.GetBytes(text);
        return (await store.WriteAsync(new MemoryStream(content), "text/plain", Digest.Compute(content, algorithm), default)).Digest;
    }
}
