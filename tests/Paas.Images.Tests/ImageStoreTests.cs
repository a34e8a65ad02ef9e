using System.Text.Json.Nodes;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing;

namespace Paas.Images.Tests;

public sealed class ImageStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ImageStore _images;

    public ImageStoreTests() => _images = Open();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Chain_ids_are_as_the_specification_says()
    {
        var one = Digest.Compute("1"u8);
        var two = Digest.Compute("2"u8);
        var sum = Trees.Run("/bin/sh", "-c", $"printf '%s %s' '{one}' '{two}' | sha256sum").Split(' ')[0];
        Assert.Equal([one, Digest.Parse($"sha256:{sum}")], ChainIds.Of([one, two]));
        Assert.Empty(ChainIds.Of([]));
    }

    [Fact]
    public async Task An_image_built_upon_another_has_its_layers_and_configuration_first()
    {
        var baseImage = await BaseAsync();
        var builder = ImageBuilder.From(_images, baseImage);
        builder.AddLayer(await LayerAsync("app", "f", "app"), "app");
        builder.Env["PORT"] = "5000";
        builder.Env["PATH"] = "/layers/bin:/bin";
        builder.Command = ["serve"];
        builder.Labels["l"] = "v";
        var image = await builder.CommitAsync(default);

        var loaded = await _images.LoadAsync(image.Digest, default);
        Assert.Equal(baseImage.Manifest.Layers[0], loaded.Manifest.Layers[0]);
        Assert.Equal(2, loaded.Manifest.Layers.Count);
        Assert.Equal(["LANG=C", "PATH=/layers/bin:/bin", "PORT=5000"], loaded.Config.Config!.Env!);
        Assert.Equal(["/init"], loaded.Config.Config.Entrypoint!);
        Assert.Equal(["serve"], loaded.Config.Config.Cmd!);
        Assert.Equal("1000:1000", loaded.Config.Config.User);
        Assert.Equal(["base", "app"], loaded.Config.History!.Select(entry => entry.CreatedBy));
        Assert.Equal(ChainIds.Of(loaded.Config.Rootfs.DiffIds)[^1], loaded.ChainId);
        Assert.Equal(image.SizeBytes, loaded.SizeBytes);
    }

    [Fact]
    public async Task The_same_steps_give_the_same_image()
    {
        var one = await BaseAsync();
        var other = new ImageStore(new ContentStore(_directory.Combine("other")), _images.Snapshotter);
        var two = await BaseAsync(other);
        Assert.Equal(one.Digest, two.Digest);
    }

    [Fact]
    public async Task An_image_needs_a_layer_and_all_its_layers()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => ImageBuilder.From(_images, null).CommitAsync(default));
        var missing = new Descriptor { MediaType = MediaTypes.LayerGzip, Digest = Digest.Compute("x"u8), Size = 1 };
        var builder = ImageBuilder.From(_images, null).AddLayer(missing, Digest.Compute("x"u8), "x");
        await Assert.ThrowsAsync<ContentNotFoundException>(() => builder.CommitAsync(default));
    }

    [Fact]
    public async Task Unpacking_makes_each_layer_once_and_shares_it()
    {
        var baseImage = await BaseAsync();
        var app = await ImageBuilder.From(_images, baseImage).AddLayer(await LayerAsync("app", "g", "app"), "app").CommitAsync(default);
        var mounts = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _images.PrepareAsync(i % 2 == 0 ? app : baseImage, $"k{i}", default)));

        Assert.Equal(2, mounts[0].LowerDirectories.Count);
        Assert.Equal("app", File.ReadAllText(Path.Combine(mounts[0].LowerDirectories[0], "g")).Trim());
        Assert.All(mounts, mount => Assert.Equal(mounts[1].LowerDirectories[0], mount.LowerDirectories[^1]));
        Assert.Equal(2, Directory.EnumerateDirectories(Path.Combine(_images.Snapshotter.Root, "committed")).Count());

        var before = Directory.GetCreationTimeUtc(mounts[0].LowerDirectories[0]);
        await _images.UnpackAsync(app, default);
        Assert.Equal(before, Directory.GetCreationTimeUtc(mounts[0].LowerDirectories[0]));
        Assert.Equal(8, _images.Snapshotter.Keys().Count);
    }

    [Fact]
    public async Task A_layer_that_is_not_what_the_configuration_says_is_not_unpacked()
    {
        var layer = await LayerAsync("a", "f", "x");
        var image = await ImageBuilder.From(_images, null).AddLayer(layer.Descriptor, Digest.Compute("wrong"u8), "x").CommitAsync(default);
        await Assert.ThrowsAsync<ContentMismatchException>(() => _images.UnpackAsync(image, default));
        Assert.Empty(_images.Snapshotter.Keys());
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_images.Snapshotter.Root, "committed")));
    }

    [Fact]
    public async Task What_an_unpacking_left_when_its_process_died_is_gone_after_opening()
    {
        var image = await BaseAsync();
        _images.Snapshotter.Prepare($"unpack-{int.MaxValue}-1-x", null);
        _images.Snapshotter.Prepare($"unpack-{Environment.ProcessId}-1-x", null);
        _images.Snapshotter.Prepare("somebodys", null);
        var again = Open();
        Assert.Equal(["somebodys"], again.Snapshotter.Keys());
        await again.UnpackAsync(image, default);
    }

    [Fact]
    public async Task References_find_images()
    {
        var image = await BaseAsync();
        Assert.Null(await _images.FindAsync("app:1", default));
        _images.Content.SetReference("app:1", image.Descriptor);
        Assert.Equal(image.Digest, (await _images.FindAsync("app:1", default))!.Digest);
    }

    [Fact]
    public async Task An_index_leads_to_the_image_of_this_platform()
    {
        var image = await BaseAsync();
        var other = image.Descriptor with { Digest = Digest.Compute("other"u8), Platform = new Platform { Os = "linux", Architecture = "riscv64" } };
        var ours = image.Descriptor with { Platform = Platform.Current };
        var index = await WriteIndexAsync(other, ours);
        Assert.Equal(image.Digest, (await _images.LoadAsync(index.Digest, default)).Digest);
        var foreign = await WriteIndexAsync(other);
        await Assert.ThrowsAsync<OciFormatException>(() => _images.LoadAsync(foreign.Digest, default));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("""{"schemaVersion":2}""")]
    public async Task Documents_that_are_none_are_told(string text)
    {
        var descriptor = await _images.Content.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), MediaTypes.Manifest, default);
        await Assert.ThrowsAsync<OciFormatException>(() => _images.LoadAsync(descriptor.Digest, default));
    }

    /// <summary>An outside check of layout, documents and layers: skopeo copies only what it can read and verify.</summary>
    [SkopeoFact]
    public async Task Skopeo_copies_our_images_out_and_we_read_what_skopeo_writes()
    {
        var image = await ImageBuilder.From(_images, await BaseAsync()).AddLayer(await LayerAsync("app", "g", "app"), "app").CommitAsync(default);
        _images.Content.SetReference("app:v1", image.Descriptor);
        var target = _directory.Combine("copied");
        Trees.Run("skopeo", "copy", "--insecure-policy", $"oci:{_images.Content.Root}:app:v1", $"oci:{target}:app:v2");
        var inspected = JsonNode.Parse(Trees.Run("skopeo", "inspect", $"oci:{_images.Content.Root}:app:v1"))!;
        Assert.Equal(image.Digest.ToString(), inspected["Digest"]!.GetValue<string>());
        Assert.Equal(2, inspected["Layers"]!.AsArray().Count);

        var copied = new ImageStore(new ContentStore(target), new Snapshotter(_directory.Combine("copied-snapshots")));
        var read = (await copied.FindAsync("app:v2", default))!;
        Assert.Equal(image.Digest, read.Digest);
        await copied.UnpackAsync(read, default);
        Assert.Equal(image.ChainId, read.ChainId);

        // Docker's own archive format has media types and documents of its own: skopeo converts all of ours.
        Trees.Run("skopeo", "copy", "--insecure-policy", $"oci:{_images.Content.Root}:app:v1", $"docker-archive:{_directory.Combine("app.tar")}:app:v1");
    }

    private ImageStore Open() => new(new ContentStore(_directory.Combine("images")), new Snapshotter(_directory.Combine("images", "snapshots")));

    private Task<Descriptor> WriteIndexAsync(params Descriptor[] manifests) => _images.Content.WriteAsync(
        ImageDocuments.Serialize(new ImageIndex { SchemaVersion = 2, Manifests = manifests }), MediaTypes.Index, default);

    private async Task<Image> BaseAsync(ImageStore? images = null)
    {
        var builder = ImageBuilder.From(images ?? _images, null);
        builder.AddLayer(await LayerAsync("base", "f", "base", images), "base");
        builder.Entrypoint = ["/init"];
        builder.User = "1000:1000";
        builder.Env["PATH"] = "/bin";
        builder.Env["LANG"] = "C";
        return await builder.CommitAsync(default);
    }

    private async Task<Layer> LayerAsync(string name, string file, string content, ImageStore? images = null)
    {
        var source = Directory.CreateDirectory(_directory.Combine("sources", name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(source, file), content);
        return await LayerWriter.WriteDirectoryAsync((images ?? _images).Content, source, new LayerOptions(), default);
    }
}

/// <summary>A check by skopeo, which <c>./tests/run</c> installs.</summary>
public sealed class SkopeoFactAttribute : FactAttribute
{
    public SkopeoFactAttribute()
    {
        if (!File.Exists("/usr/bin/skopeo")) Skip = "needs skopeo; ./tests/run installs it";
    }
}
