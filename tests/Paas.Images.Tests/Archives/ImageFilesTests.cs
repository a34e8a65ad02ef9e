using Paas.Images.Archives;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Oci.Images;
using Paas.Testing;

namespace Paas.Images.Tests.Archives;

/// <summary>The files of an image by its layers' tars are those it has when unpacked.</summary>
public sealed class ImageFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ImageStore _images;

    public ImageFilesTests() => _images = new ImageStore(new ContentStore(_directory.Combine("images")), new Snapshotter(_directory.Combine("snapshots")));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Whiteouts_opaque_directories_and_replacements_count_as_when_unpacked()
    {
        byte[][] layers =
        [
            new TarBuilder().Directory("d/").File("d/old", "1").File("gone", "2").Directory("tree/").File("tree/x", "3").Directory("o/").File("o/below", "4").File("same", "5").Tar(),
            new TarBuilder().File("d/new", "66").File(".wh.gone").File("tree", "now a file").File("o/own", "7").File("o/.wh..wh..opq").HardLink("linked", "d/new").SymbolicLink("soft", "same").Tar(),
        ];
        var builder = ImageBuilder.From(_images, null);
        var target = Directory.CreateDirectory(_directory.Combine("target")).FullName;
        foreach (var layer in layers)
        {
            var descriptor = await _images.Content.WriteAsync(layer, MediaTypes.Layer, default);
            builder.AddLayer(descriptor, descriptor.Digest, "test");
            await LayerReader.ApplyAsync(new MemoryStream(layer), target, WhiteoutHandling.Remove, default);
        }

        var files = ImageFiles.Read(_images, await builder.CommitAsync(default), default);
        var unpacked = Directory.EnumerateFileSystemEntries(target, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(target, path)).Order(StringComparer.Ordinal);
        Assert.Equal(unpacked, files.Keys);
        Assert.Equal(["d", "d/new", "d/old", "linked", "o", "o/own", "same", "soft", "tree"], files.Keys);
        Assert.Equal(files["d/new"], files["linked"]);
        Assert.Equal(("same", 'F'), (files["soft"].Content, files["tree"].Size == 10 ? 'F' : 'D'));
    }
}
