using Paas.Images.Cleaning;
using Paas.Images.Layers;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing;

namespace Paas.Images.Tests;

public sealed class ImageSweepTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RootFact]
    public async Task An_owned_image_stays_whole_and_unpacked_and_the_other_goes_with_its_layers()
    {
        var store = TestImages.Open(_directory.Path);
        var shared = await TestImages.LayerAsync(store.Content, "shared", 1000);
        var kept = await TestImages.ImageAsync(store, shared, await TestImages.LayerAsync(store.Content, "kept", 2000));
        var old = await TestImages.ImageAsync(store, shared, await TestImages.LayerAsync(store.Content, "old", 3000));
        foreach (var image in (Image[])[kept, old]) await store.UnpackAsync(image, default);

        var sweep = new ImageSweep(store, [() => [new ContentRoot(kept.Digest, Unpacked: true)]]);
        var planned = sweep.Run(remove: false)!;
        Assert.Equal((3, 1), (planned.Blobs, planned.Snapshots));
        Assert.True(planned.BlobBytes > 3000 && planned.SnapshotBytes is >= 3000 and < 3300, $"{planned}");
        Assert.True(store.Snapshotter.Contains(old.ChainId));

        Assert.Equal(planned, sweep.Run(remove: true));
        Assert.False(store.Content.Contains(old.Digest));
        Assert.False(store.Snapshotter.Contains(old.ChainId));
        await IsWholeAsync(store, kept);
        Assert.True(store.Snapshotter.Contains(kept.ChainId));
        Assert.Equal(new SweepReport(0, 0, 0, 0), sweep.Run(remove: true));
    }

    [RootFact]
    public async Task What_is_only_kept_to_be_pulled_is_not_kept_unpacked()
    {
        var store = TestImages.Open(_directory.Path);
        var image = await TestImages.ImageAsync(store, await TestImages.LayerAsync(store.Content, "a", 100));
        await store.UnpackAsync(image, default);
        Assert.Equal((0, 1), Counts(new ImageSweep(store, [() => [new ContentRoot(image.Digest)]]).Run(remove: true)!));
        await IsWholeAsync(store, image);
        await store.UnpackAsync(image, default);
    }

    [RootFact]
    public async Task What_a_container_s_root_lies_upon_stays()
    {
        var store = TestImages.Open(_directory.Path);
        var image = await TestImages.ImageAsync(store, await TestImages.LayerAsync(store.Content, "a", 100), await TestImages.LayerAsync(store.Content, "b", 100));
        await store.PrepareAsync(image, "container", default);
        var nobody = new ImageSweep(store, []);
        Assert.Equal((4, 0), Counts(nobody.Run(remove: true)!));
        Assert.True(store.Snapshotter.Contains(image.ChainId));
        store.Snapshotter.Remove("container");
        Assert.Equal((0, 2), Counts(nobody.Run(remove: true)!));
    }

    [RootFact]
    public async Task An_unpacking_under_a_lease_is_left_alone()
    {
        var store = TestImages.Open(_directory.Path);
        using var lease = store.Content.Lease();
        var image = await TestImages.ImageAsync(store, await TestImages.LayerAsync(store.Content, "a", 100));
        await store.UnpackAsync(image, default);
        Assert.Equal(new SweepReport(0, 0, 0, 0), new ImageSweep(store, []).Run(remove: true));
        lease.Dispose();
        Assert.Equal((3, 1), Counts(new ImageSweep(store, []).Run(remove: true)!));
    }

    [Fact]
    public async Task An_index_keeps_its_manifests_and_theirs()
    {
        var store = TestImages.Open(_directory.Path);
        var image = await TestImages.ImageAsync(store, await TestImages.LayerAsync(store.Content, "a", 100));
        var inner = await IndexAsync(store, image.Descriptor);
        var outer = await IndexAsync(store, inner, image.Descriptor with { Digest = Digest.Compute("missing"u8) });
        Assert.Equal((0, 0), Counts(new ImageSweep(store, [() => [new ContentRoot(outer.Digest)]]).Run(remove: true)!));
        await IsWholeAsync(store, image);
        Assert.Equal((5, 0), Counts(new ImageSweep(store, [() => [new ContentRoot(Digest.Compute("nothing"u8))]]).Run(remove: true)!));
    }

    /// <summary>
    /// Random histories of a platform on a real store: images of few layers come under leases, get and lose owners, are swept, and the
    /// process dies at any moment. What is owned is whole after every step, and what is not goes in the end.
    /// </summary>
    [RootFact]
    public async Task Random_histories_with_crashes_lose_nothing_that_is_owned()
    {
        var seeds = Environment.GetEnvironmentVariable("PAAS_SOAK") is null ? 12 : 400;
        for (var seed = 0; seed < seeds; seed++)
        {
            using var directory = new TemporaryDirectory();
            await new History(directory.Path, seed).RunAsync(60);
        }
    }

    internal static async Task IsWholeAsync(ImageStore store, Image image)
    {
        var loaded = await store.LoadAsync(image.Digest, default);
        foreach (var layer in loaded.Manifest.Layers)
        {
            await using var blob = store.Content.OpenRead(layer.Digest);
            Assert.Equal(layer.Digest, await Digest.ComputeAsync(blob, default));
        }
    }

    private static (int Blobs, int Snapshots) Counts(SweepReport report) => (report.Blobs, report.Snapshots);

    private static Task<Descriptor> IndexAsync(ImageStore store, params Descriptor[] manifests) => store.Content.WriteAsync(
        ImageDocuments.Serialize(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.Index, Manifests = manifests }), MediaTypes.Index, default);

    private sealed class History(string root, int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Dictionary<Digest, (Image Image, bool Unpacked)> _owned = [];
        private readonly List<string> _log = [];
        private readonly HashSet<Digest> _unpacked = [];
        private ImageStore _store = TestImages.Open(root);
        private ContentLease? _lease;
        private Image? _unowned;

        public async Task RunAsync(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                await StepAsync();
                foreach (var (image, _) in _owned.Values) await CheckAsync(image);
                if (_unowned is { } leased) await CheckAsync(leased);
            }

            EndLease();
            Assert.NotNull(Sweep());
            var expected = _owned.Values.SelectMany(entry => entry.Image.Manifest.Layers.Append(entry.Image.Manifest.Config).Append(entry.Image.Descriptor))
                .Select(descriptor => descriptor.Digest.ToString()).Distinct().Order();
            Assert.Equal(expected, _store.Content.Blobs().Select(blob => blob.Digest.ToString()).Order());
            foreach (var (image, _) in _owned.Values.Where(entry => entry.Unpacked && _unpacked.Contains(entry.Image.Digest))) Assert.True(_store.Snapshotter.Contains(image.ChainId));
        }

        private async Task StepAsync()
        {
            switch (_random.Next(8))
            {
                case 0 or 1 or 2:
                    _lease ??= _store.Content.Lease();
                    var layers = new List<Layer>();
                    foreach (var name in Enumerable.Range(0, _random.Next(1, 4)).Select(_ => $"layer {_random.Next(6)}").Distinct())
                        layers.Add(await TestImages.LayerAsync(_store.Content, name, 300));
                    _unowned = await TestImages.ImageAsync(_store, layers);
                    Log($"made {_unowned.Digest.Abbreviated}");
                    break;
                case 3 when _unowned is { } image:
                    var unpacked = _random.Next(2) == 0;
                    if (unpacked) await _store.UnpackAsync(image, default);
                    if (unpacked) _unpacked.Add(image.Digest);
                    _owned[image.Digest] = (image, unpacked || (_owned.TryGetValue(image.Digest, out var before) && before.Unpacked));
                    EndLease();
                    Log($"owned {image.Digest.Abbreviated}");
                    break;
                case 4 when _owned.Count > 0:
                    var dropped = _owned.Keys.ElementAt(_random.Next(_owned.Count));
                    _owned.Remove(dropped);
                    _unpacked.Remove(dropped);
                    Log($"dropped {dropped.Abbreviated}");
                    break;
                case 5:
                    Crash();
                    break;
                default:
                    Log($"swept {Sweep()}");
                    break;
            }
        }

        private SweepReport? Sweep() =>
            new ImageSweep(_store, [() => _owned.Values.Select(entry => new ContentRoot(entry.Image.Digest, entry.Unpacked))]).Run(remove: true);

        // The process is gone: with it its leases, and what it had in its hands is half there.
        private void Crash()
        {
            EndLease();
            if (_owned.Count < 3) File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(root, "content", "ingest", $"{Guid.NewGuid():n}")).FullName, "blob"), "half");
            Directory.CreateDirectory(Path.Combine(root, "snapshots", "new", $"{Guid.NewGuid():n}"));
            _store = TestImages.Open(root);
            Log("crashed");
        }

        private void EndLease()
        {
            _lease?.Dispose();
            (_lease, _unowned) = (null, null);
        }

        private async Task CheckAsync(Image image)
        {
            try
            {
                await IsWholeAsync(_store, image);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {image.Digest.Abbreviated} is broken: {error.Message}\n{string.Join('\n', _log)}");
            }
        }

        private void Log(string what) => _log.Add(what);
    }
}
