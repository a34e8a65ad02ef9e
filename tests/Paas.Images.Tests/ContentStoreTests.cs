using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing;

namespace Paas.Images.Tests;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Root => _directory.Combine("store");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_store_is_an_empty_image_layout()
    {
        var store = new ContentStore(Root);
        Assert.Equal("1.0.0", ImageDocuments.ParseLayout(File.ReadAllBytes(Path.Combine(Root, "oci-layout"))).ImageLayoutVersion);
        Assert.Empty(ImageDocuments.ParseIndex(File.ReadAllBytes(Path.Combine(Root, "index.json"))).Manifests);
        Assert.Empty(store.References());
    }

    [Fact]
    public void A_layout_of_another_version_is_left_alone()
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(Path.Combine(Root, "oci-layout"), """{"imageLayoutVersion":"9.0.0"}""");
        Assert.Throws<OciFormatException>(() => new ContentStore(Root));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256 * 1024)]
    [InlineData(3_000_001)]
    public async Task What_is_written_is_read_again_by_its_digest(int size)
    {
        var store = new ContentStore(Root);
        var content = RandomNumberGenerator.GetBytes(size);
        var descriptor = await store.WriteAsync(new MemoryStream(content), "text/plain", Digest.Compute(content), default);
        Assert.Equal((Digest.Compute(content), (long)size), (descriptor.Digest, descriptor.Size));
        Assert.True(store.Contains(descriptor.Digest));
        Assert.Equal(content, await store.ReadAsync(descriptor.Digest, default));
        await using var read = store.OpenRead(descriptor.Digest);
        Assert.Equal(descriptor.Digest, Digest.Compute(read));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "ingest")));
    }

    [Fact]
    public async Task Content_that_is_not_what_it_should_be_is_not_stored()
    {
        var store = new ContentStore(Root);
        var error = await Assert.ThrowsAsync<ContentMismatchException>(() => store.WriteAsync(new MemoryStream([1]), "text/plain", Digest.Compute([2]), default));
        Assert.Equal(Digest.Compute([1]), error.Actual);
        Assert.Empty(Blobs());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "ingest")));
    }

    [Fact]
    public async Task A_source_that_fails_leaves_nothing()
    {
        var store = new ContentStore(Root);
        await Assert.ThrowsAsync<IOException>(() => store.WriteAsync(new FailingStream(), "text/plain", null, default));
        Assert.Empty(Blobs());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "ingest")));
    }

    [Fact]
    public async Task Missing_and_damaged_content_is_told_apart()
    {
        var store = new ContentStore(Root);
        var descriptor = await store.WriteAsync("content"u8.ToArray(), "text/plain", default);
        await Assert.ThrowsAsync<ContentNotFoundException>(() => store.ReadAsync(Digest.Compute([9]), default));
        Assert.Throws<ContentNotFoundException>(() => store.OpenRead(Digest.Compute([9])));
        File.SetUnixFileMode(store.PathOf(descriptor.Digest), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(store.PathOf(descriptor.Digest), "cont3nt");
        await Assert.ThrowsAsync<ContentMismatchException>(() => store.ReadAsync(descriptor.Digest, default));
    }

    [Fact]
    public async Task Many_writers_of_one_blob_all_succeed_and_readers_never_see_a_part()
    {
        var store = new ContentStore(Root);
        var content = RandomNumberGenerator.GetBytes(700_000);
        var digest = Digest.Compute(content);
        var writers = Enumerable.Range(0, 16).Select(_ => Task.Run(() => store.WriteAsync(new MemoryStream(content), "text/plain", digest, default)));
        var reader = Task.Run(async () =>
        {
            while (!store.Contains(digest)) await Task.Yield();
            for (var i = 0; i < 50; i++) Assert.Equal(content.Length, (await store.ReadAsync(digest, default)).Length);
        });
        foreach (var descriptor in await Task.WhenAll(writers)) Assert.Equal(digest, descriptor.Digest);
        await reader;
        Assert.Single(Blobs());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "ingest")));
    }

    [Fact]
    public async Task References_name_descriptors_can_be_moved_and_forgotten_and_survive()
    {
        var store = new ContentStore(Root);
        var one = await store.WriteAsync("1"u8.ToArray(), "text/plain", default);
        var two = await store.WriteAsync("2"u8.ToArray(), "text/plain", default);
        store.SetReference("a", one with { Annotations = new Dictionary<string, string> { ["note"] = "x" } });
        store.SetReference("b", one);
        store.SetReference("a", two);
        Assert.Equal(two.Digest, store.Resolve("a")!.Digest);
        Assert.Equal(["a", "b"], new ContentStore(Root).References().Keys.Order(StringComparer.Ordinal));
        Assert.True(store.RemoveReference("a"));
        Assert.False(store.RemoveReference("a"));
        Assert.Null(new ContentStore(Root).Resolve("a"));
        Assert.True(store.Contains(two.Digest));
    }

    [Fact]
    public async Task Two_stores_on_one_directory_lose_no_reference()
    {
        var stores = new[] { new ContentStore(Root), new ContentStore(Root) };
        var descriptor = await stores[0].WriteAsync("1"u8.ToArray(), "text/plain", default);
        await Parallel.ForAsync(0, 40, (i, _) =>
        {
            stores[i % 2].SetReference($"r{i}", descriptor);
            return ValueTask.CompletedTask;
        });
        Assert.Equal(40, stores[0].References().Count);
    }

    [Fact]
    public async Task Opening_removes_what_a_crash_left_but_not_what_is_being_written()
    {
        var store = new ContentStore(Root);
        await using var writing = store.OpenWrite();
        writing.Write("half"u8);
        var leftover = Directory.CreateDirectory(Path.Combine(Root, "ingest", "leftover")).FullName;
        File.WriteAllText(Path.Combine(leftover, "blob"), "half");
        _ = new ContentStore(Root);
        Assert.False(Directory.Exists(leftover));
        writing.Write(" and half"u8);
        var descriptor = writing.Complete("text/plain");
        Assert.Equal("half and half", Encoding.UTF8.GetString(await store.ReadAsync(descriptor.Digest, default)));
    }

    /// <summary>A process that writes blobs and references without end is killed at any moment, again and again.</summary>
    [Fact]
    public async Task Kill_9_while_writing_leaves_a_store_in_which_everything_is_whole()
    {
        for (var round = 0; round < 6; round++)
        {
            using var process = WritingChild.Start(Root);
            while (await process.StandardOutput.ReadLineAsync() is { } line && line != $"{20 + (round * 7)}")
            {
            }

            process.Kill();
            await process.WaitForExitAsync();

            var store = new ContentStore(Root);
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Root, "ingest")));
            foreach (var path in Blobs())
            {
                await using var blob = File.OpenRead(path);
                Assert.Equal(Path.GetFileName(path), Digest.Compute(blob).Hex);
            }

            Assert.NotEmpty(store.References());
            foreach (var descriptor in store.References().Values) Assert.Equal(descriptor.Size, (await store.ReadAsync(descriptor.Digest, default)).Length);
        }
    }

    private IEnumerable<string> Blobs() => Directory.EnumerateFiles(Path.Combine(Root, "blobs", "sha256"));

    private sealed class FailingStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("the source failed");

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            destination.WriteAsync("some"u8.ToArray(), cancellationToken).AsTask().ContinueWith(_ => throw new IOException("the source failed"), TaskScheduler.Default);
    }
}
