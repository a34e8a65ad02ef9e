using Paas.Images.Archives;
using Paas.Images.Compression;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing;

namespace Paas.Images.Tests.Archives;

/// <summary>Images to archives and back, with skopeo, umoci and podman on the other side.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ImageStore _here;
    private readonly ImageStore _there;

    public ArchiveTests()
    {
        _here = Open("here");
        _there = Open("there");
    }

    public void Dispose()
    {
        Trees.Clear(_directory.Path);
        _directory.Dispose();
    }

    [Theory]
    [InlineData(ArchiveFormat.Oci)]
    [InlineData(ArchiveFormat.Docker)]
    public async Task An_archive_of_ours_is_the_same_each_time_and_comes_back_byte_for_byte(ArchiveFormat format)
    {
        var image = await MakeAsync(_here, "round", LayerCompression.Zstd);
        await ExportAsync(image, "ghcr.io/team/app:v1", format, "one.tar");
        await ExportAsync(image, "ghcr.io/team/app:v1", format, "two.tar");
        Assert.Equal(File.ReadAllBytes(_directory.Combine("one.tar")), File.ReadAllBytes(_directory.Combine("two.tar")));

        var imported = Assert.Single(await ImportAsync("one.tar"));
        Assert.Equal((image.Digest, "ghcr.io/team/app:v1"), (imported.Image.Digest, $"{Assert.Single(imported.Names)}"));
        Assert.Equal(image.Digest, _there.Content.Resolve("ghcr.io/team/app:v1")!.Digest);
        await _there.UnpackAsync(imported.Image, default);
    }

    [Theory]
    [InlineData(ArchiveFormat.Oci)]
    [InlineData(ArchiveFormat.Docker)]
    public async Task The_index_that_an_image_was_chosen_from_goes_along(ArchiveFormat format)
    {
        var image = await MakeAsync(_here, "indexed");
        var document = ImageDocuments.Serialize(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.Index, Manifests = [image.Descriptor with { Platform = Platform.Current }] });
        var index = (await _here.Content.WriteAsync(document, MediaTypes.Index, default)).Digest;
        _here.Content.SetReference("ghcr.io/team/app:v1", OriginIndex.With(image.Descriptor, index));
        await ExportAsync(image, "ghcr.io/team/app:v1", format, "app.tar");
        Assert.Equal((image.Digest, index), (Assert.Single(await ImportAsync("app.tar")).Image.Digest, OriginIndex.Find(_there.Content, image.Digest)));
        Trees.Run("skopeo", "copy", $"oci-archive:{_directory.Combine("app.tar")}", $"dir:{_directory.Combine("copy")}");
    }

    [Theory]
    [InlineData("oci-archive", ArchiveFormat.Oci)]
    [InlineData("docker-archive", ArchiveFormat.Docker)]
    [InlineData("oci-archive", ArchiveFormat.Docker)]
    public async Task Skopeo_reads_what_we_write(string transport, ArchiveFormat format)
    {
        var image = await MakeAsync(_here, "skopeo");
        await ExportAsync(image, "app:v1", format, "app.tar");
        Trees.Run("skopeo", "copy", $"{transport}:{_directory.Combine("app.tar")}", $"dir:{_directory.Combine("copy")}");
        Assert.True(File.Exists(_directory.Combine("copy", image.Manifest.Config.Digest.Hex)));
        if (transport == "oci-archive") Assert.Equal(image.Digest, Digest.Compute(File.ReadAllBytes(_directory.Combine("copy", "manifest.json"))));
    }

    [Theory]
    [InlineData("oci-archive:theirs.tar:ghcr.io/a/b:1")]
    [InlineData("docker-archive:theirs.tar:ghcr.io/a/b:1")]
    public async Task What_skopeo_writes_is_read(string target)
    {
        var image = await MakeAsync(_here, "theirs");
        await ExportAsync(image, "app:v1", ArchiveFormat.Oci, "app.tar");
        Trees.Shell(_directory.Path, $"skopeo copy oci-archive:app.tar '{target}'");
        var imported = Assert.Single(await ImportAsync("theirs.tar"));
        Assert.Equal("ghcr.io/a/b:1", $"{Assert.Single(imported.Names)}");
        Assert.Equal(image.Manifest.Config.Digest, imported.Image.Manifest.Config.Digest);
        if (target.StartsWith("oci", StringComparison.Ordinal)) Assert.Equal(image.Digest, imported.Image.Digest);
        await _there.UnpackAsync(imported.Image, default);
    }

    [RootFact]
    public async Task Umoci_reads_and_changes_it_and_its_layout_is_read()
    {
        var image = await MakeAsync(_here, "umoci");
        await ExportAsync(image, "app:v1", ArchiveFormat.Oci, "app.tar");
        Trees.Shell(_directory.Path, "mkdir layout; tar -C layout -xf app.tar; umoci unpack --image layout:v1 bundle >/dev/null 2>&1; echo new > bundle/rootfs/new; umoci repack --image layout:v2 bundle >/dev/null 2>&1; tar -C layout -czf changed.tar.gz .");
        Assert.Equal("umoci", File.ReadAllText(_directory.Combine("bundle", "rootfs", "seed")));
        // Two tags that no repository belongs to cannot both be imported; the second one alone can.
        await Assert.ThrowsAsync<ArchiveFormatException>(() => ImportAsync("changed.tar.gz", "app:v2"));
        Trees.Shell(_directory.Path, "umoci rm --image layout:v1; tar -C layout -czf changed.tar.gz .");
        var imported = Assert.Single(await ImportAsync("changed.tar.gz", "app:v2"));
        Assert.Equal(image.Manifest.Layers.Count + 1, imported.Image.Manifest.Layers.Count);
        await _there.UnpackAsync(imported.Image, default);
    }

    [RootFact]
    public async Task Podman_loads_and_saves_it_in_both_formats()
    {
        var image = await MakeAsync(_here, "podman");
        string Podman(params string[] arguments) => Trees.Run("podman", ["--root", _directory.Combine("podman"), "--runroot", _directory.Combine("podman-run"), "--storage-driver", "vfs", .. arguments]);
        foreach (var format in (ArchiveFormat[])[ArchiveFormat.Oci, ArchiveFormat.Docker])
        {
            await ExportAsync(image, "localhost/app:v1", format, "app.tar");
            Podman("load", "-i", _directory.Combine("app.tar"));
            Assert.Equal(image.Manifest.Config.Digest.Hex, Podman("images", "--no-trunc", "--format", "{{.ID}}").Trim().Split(':')[^1]);
            Podman("tag", image.Manifest.Config.Digest.Hex, "localhost/app:v2");
            foreach (var theirs in (string[])["docker-archive", "oci-archive"])
            {
                File.Delete(_directory.Combine("saved.tar"));
                Podman("save", "--format", theirs, "-o", _directory.Combine("saved.tar"), "localhost/app:v2");
                var imported = Assert.Single(await ImportAsync("saved.tar"));
                Assert.Equal((image.Manifest.Config.Digest, "localhost/app:v2"), (imported.Image.Manifest.Config.Digest, $"{imported.Names[0]}"));
            }

            Podman("rmi", "-f", image.Manifest.Config.Digest.Hex);
        }
    }

    [Fact]
    public async Task An_old_docker_save_of_two_images_that_share_a_layer_is_read()
    {
        var image = await MakeAsync(_here, "old", LayerCompression.None);
        var layers = image.Manifest.Layers;
        string Blob(Digest digest) => _here.Content.PathOf(digest);
        Trees.Shell(_directory.Path, $$"""
            mkdir -p old/aa old/bb old/cc; cd old
            cp {{Blob(layers[0].Digest)}} aa/layer.tar; cp {{Blob(layers[1].Digest)}} bb/layer.tar; ln -s ../aa/layer.tar cc/layer.tar
            cp {{Blob(image.Manifest.Config.Digest)}} config.json; echo 1.0 > aa/VERSION
            echo '[{"Config":"config.json","RepoTags":["app:1","x.io/app:2"],"Layers":["aa/layer.tar","bb/layer.tar"]},{"Config":"config.json","RepoTags":["app:3"],"Layers":["cc/layer.tar","bb/layer.tar"]}]' > manifest.json
            tar -cf ../old.tar *
            """);
        var imported = await ImportAsync("old.tar");
        Assert.Equal(["docker.io/library/app:1", "x.io/app:2", "docker.io/library/app:3"], imported.SelectMany(one => one.Names).Select(name => $"{name}"));
        Assert.All(imported, one => Assert.Equal(image.Config.Rootfs.DiffIds, one.Image.Config.Rootfs.DiffIds));
        await _there.UnpackAsync(imported[0].Image, default);
    }

    [Theory]
    [InlineData("echo hello > f; tar -cf bad.tar f", "is no image")]
    [InlineData("head -c 4000 /dev/urandom > bad.tar", "damaged")]
    [InlineData("mkdir -p blobs/sha256; echo x > blobs/sha256/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855; tar -cf bad.tar blobs", "has other content")]
    [InlineData("echo '[{\"Config\":\"c.json\",\"Layers\":[\"l\"]}]' > manifest.json; tar -cf bad.tar manifest.json", "'c.json' is missing")]
    [InlineData("echo '{' > manifest.json; tar -cf bad.tar manifest.json", "cannot be used")]
    [InlineData("ln -s loop manifest.json; ln -s manifest.json loop; tar -cf bad.tar manifest.json loop", "is no image")]
    [InlineData("echo '{\"imageLayoutVersion\":\"1.0.0\"}' > oci-layout; echo '{\"schemaVersion\":2,\"manifests\":[]}' > index.json; tar -cf bad.tar oci-layout index.json", "has no image")]
    [InlineData("echo '{\"imageLayoutVersion\":\"1.0.0\"}' > oci-layout; echo '{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":1}]}' > index.json; tar -cf bad.tar oci-layout index.json", "is missing")]
    public async Task What_is_no_archive_is_refused_with_the_reason_and_names_nothing(string script, string reason)
    {
        Trees.Shell(_directory.Path, script);
        Assert.Contains(reason, (await Assert.ThrowsAsync<ArchiveFormatException>(() => ImportAsync("bad.tar"))).Message, StringComparison.Ordinal);
        Assert.Empty(_there.Content.References());
    }

    private ImageStore Open(string name) => new(new ContentStore(_directory.Combine(name)), new Snapshotter(_directory.Combine($"{name}-snapshots")));

    private async Task<Image> MakeAsync(ImageStore images, string seed, LayerCompression compression = LayerCompression.Gzip)
    {
        var builder = ImageBuilder.From(images, null);
        builder.Command = ["/run", seed];
        foreach (var name in (string[])["lower", "upper"])
        {
            var files = Directory.CreateDirectory(_directory.Combine($"{seed}-{name}")).FullName;
            File.WriteAllText(Path.Combine(files, "seed"), seed);
            File.WriteAllText(Path.Combine(files, name), name);
            var options = new LayerOptions { Compression = compression, Owner = new((int)Trees.EffectiveUser, (int)Trees.EffectiveGroup) };
            builder.AddLayer(await LayerWriter.WriteDirectoryAsync(images.Content, files, options, default), name);
        }

        return await builder.CommitAsync(default);
    }

    private async Task ExportAsync(Image image, string name, ArchiveFormat format, string file)
    {
        await using var output = File.Create(_directory.Combine(file));
        await ImageExport.WriteAsync(_here, image, [Reference.Parse(name).Normalize()], format, output, default);
    }

    private async Task<IReadOnlyList<ImportedImage>> ImportAsync(string file, string? name = null)
    {
        await using var archive = File.OpenRead(_directory.Combine(file));
        return await new ImageImport(_there).ReadAsync(archive, name is null ? null : Reference.Parse(name), null, LayerLimits.Default, default);
    }
}
