using Paas.Build.Buildpacks;
using Paas.Build.Cache;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Testing;

namespace Paas.Build.Tests.Cache;

public sealed class BuildCacheTests
{
    private static readonly Buildpack Pack = new("paas/test", "1.0.0", "Test", false, null, "/none");
    private static readonly LayerTypes CacheOnly = new(Launch: false, Build: false, Cache: true);

    [RootFact]
    public async Task A_cached_layer_comes_back_with_its_metadata_without_types()
    {
        using var directory = new TemporaryDirectory();
        await BuildAsync(directory, CacheOnly, layers => Write(layers, "deps", "one"));
        using var cache = await OpenAsync(directory);
        Assert.Equal(1, cache.Restore([Pack], 1000));
        Assert.Equal("one", Read(cache, "deps/file"));
        Assert.Equal("[metadata]\nkey = \"k\"\n", Read(cache, "deps.toml"));
        Assert.Equal("stored", Read(cache, "store.toml"));
        Assert.Null(Read(cache, "scratch/file"));
        Assert.Null(Read(cache, "launch.toml"));
    }

    [RootFact]
    public async Task A_killed_build_leaves_what_it_did_not_touch_and_nothing_that_it_did()
    {
        using var directory = new TemporaryDirectory();
        await BuildAsync(directory, CacheOnly, layers =>
        {
            Write(layers, "deps", "one");
            Write(layers, "other", "two");
        });

        // A build that was killed while it wrote: its layers are changed, added and half gone; no state was saved.
        using (var killed = await OpenAsync(directory))
        {
            Assert.Equal(2, killed.Restore([Pack], 1000));
            Write(Layers(killed), "deps", "half of a new");
            Write(Layers(killed), "new", "x");
            File.WriteAllText(Path.Combine(Layers(killed), "launch.toml"), "half [[");
        }

        using var cache = await OpenAsync(directory);
        Assert.Equal(1, cache.Restore([Pack], 1000));
        Assert.Equal("two", Read(cache, "other/file"));
        Assert.Null(Read(cache, "deps/file"));
        Assert.Null(Read(cache, "deps.toml"));
        Assert.Null(Read(cache, "new/file"));
        Assert.Null(Read(cache, "launch.toml"));
    }

    // What a power cut took out of the files shows in nothing but their fingerprint.
    [RootFact]
    public async Task After_a_reboot_a_layer_that_is_not_as_it_was_is_thrown_away()
    {
        using var directory = new TemporaryDirectory();
        await BuildAsync(directory, CacheOnly, layers =>
        {
            Write(layers, "deps", "one");
            Write(layers, "other", "two");
        });
        var root = Path.Combine(directory.Combine("cache"), "layers", Pack.EscapedId);
        Write(root, "deps", "");
        File.WriteAllText(Path.Combine(directory.Combine("cache"), "clean"), "another boot\n");

        using var cache = await OpenAsync(directory);
        Assert.Equal(1, cache.Restore([Pack], 1000));
        Assert.Null(Read(cache, "deps/file"));
        Assert.Equal("two", Read(cache, "other/file"));
    }

    [RootFact]
    public async Task Layers_of_buildpacks_that_no_longer_take_part_are_dropped()
    {
        using var directory = new TemporaryDirectory();
        await BuildAsync(directory, CacheOnly, layers => Write(layers, "deps", "one"));
        using var cache = await OpenAsync(directory);
        Assert.Equal(0, cache.Restore([Pack with { Id = "paas/another" }], 1000));
        Assert.False(Directory.Exists(Layers(cache)));
    }

    [RootFact]
    public async Task Of_a_launch_layer_that_is_not_cached_only_the_metadata_comes_back_and_its_blob_is_used_again()
    {
        using var directory = new TemporaryDirectory();
        var content = new ContentStore(directory.Combine("images"));
        Directory.CreateDirectory(directory.Combine("made"));
        var blob = await LayerWriter.WriteDirectoryAsync(content, directory.Combine("made"), new LayerOptions(), default);
        await BuildAsync(directory, new LayerTypes(Launch: true, Build: false, Cache: false), layers => Write(layers, "app", "x"), blob);
        using (var cache = await OpenAsync(directory, content))
        {
            Assert.Equal(0, cache.Restore([Pack], 1000));
            Assert.Null(Read(cache, "app/file"));
            Assert.NotNull(Read(cache, "app.toml"));
            Assert.Equal(blob, cache.Reuse(Pack, "app", fingerprint: null));
            Assert.Null(cache.Reuse(Pack, "app", "another fingerprint"));
        }

        File.Delete(content.PathOf(blob.Descriptor.Digest));
        using var without = await OpenAsync(directory, content);
        without.Restore([Pack], 1000);
        Assert.Null(Read(without, "app.toml"));
        Assert.Null(without.Reuse(Pack, "app", fingerprint: null));
    }

    [RootFact]
    public async Task A_damaged_state_is_an_empty_cache()
    {
        using var directory = new TemporaryDirectory();
        await BuildAsync(directory, CacheOnly, layers => Write(layers, "deps", "one"));
        foreach (var damage in (string[])["", "{", "null", "[]", "{\"layers\":null}", "\0\0\0"])
        {
            File.WriteAllText(directory.Combine("cache", "state.json"), damage);
            using var cache = await OpenAsync(directory);
            Assert.Equal(0, cache.Restore([Pack], 1000));
            Assert.Null(Read(cache, "deps/file"));
        }
    }

    [RootFact]
    public async Task Builds_of_one_app_take_turns()
    {
        using var directory = new TemporaryDirectory();
        var first = await OpenAsync(directory);
        var second = OpenAsync(directory);
        await Task.Delay(300);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second.WaitAsync(TimeSpan.FromSeconds(10))).Dispose();
    }

    private static async Task BuildAsync(TemporaryDirectory directory, LayerTypes types, Action<string> build, Layer? blob = null)
    {
        using var cache = await OpenAsync(directory);
        cache.Restore([Pack], 1000);
        build(Layers(cache));
        var stored = Directory.EnumerateDirectories(Layers(cache)).Select(path => new StoredLayer(
            Pack.Id, Path.GetFileName(path), types, "[metadata]\nkey = \"k\"\n", TreeFingerprint.Of(path).Fingerprint, 1, blob)).ToList();
        Write(Layers(cache), "scratch", "x");
        File.WriteAllText(Path.Combine(Layers(cache), "launch.toml"), "");
        cache.Save(new CacheState(stored, new Dictionary<string, string> { [Pack.Id] = "stored" }));
    }

    private static Task<BuildCache> OpenAsync(TemporaryDirectory directory, ContentStore? content = null) =>
        BuildCache.OpenAsync(directory.Combine("cache"), content ?? new ContentStore(directory.Combine("images")), default);

    private static string Layers(BuildCache cache) => Path.Combine(cache.LayersDirectory, Pack.EscapedId);

    private static void Write(string layers, string layer, string text)
    {
        Directory.CreateDirectory(Path.Combine(layers, layer));
        File.WriteAllText(Path.Combine(layers, layer, "file"), text);
    }

    private static string? Read(BuildCache cache, string relative)
    {
        var path = Path.Combine(Layers(cache), relative);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }
}
