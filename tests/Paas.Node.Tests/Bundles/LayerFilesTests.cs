using Paas.Images.Snapshots;
using Paas.Linux;
using Paas.Node.Bundles;
using Paas.Testing;

namespace Paas.Node.Tests.Bundles;

public sealed class LayerFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void The_uppermost_layer_that_has_the_file_counts()
    {
        Write("low/etc/passwd", "low");
        Write("low/etc/group", "group");
        Write("high/etc/passwd", "high");

        Assert.Equal("high", Read("etc/passwd"));
        Assert.Equal("group", Read("etc/group"));
        Assert.Null(Read("etc/shadow"));
    }

    [RootFact]
    public void A_whiteout_hides_the_layers_below()
    {
        Write("low/etc/passwd", "low");
        Directory.CreateDirectory(_directory.Combine("high", "etc"));
        Files.MakeNode(_directory.Combine("high", "etc", "passwd"), Native.S_IFCHR);

        Assert.Null(Read("etc/passwd"));
    }

    [Fact]
    public void A_symbolic_link_is_not_followed()
    {
        Write("low/etc/passwd", "low");
        Directory.CreateDirectory(_directory.Combine("high", "etc"));
        File.CreateSymbolicLink(_directory.Combine("high", "etc", "passwd"), "/etc/passwd");
        File.CreateSymbolicLink(_directory.Combine("high", "usr"), "/usr");

        Assert.Null(Read("etc/passwd"));
        Assert.Null(Read("usr/bin/env"));
    }

    public void Dispose() => _directory.Dispose();

    private string? Read(string path) =>
        LayerFiles.Read(new OverlayMount([_directory.Combine("high"), _directory.Combine("low")], null, null), path);

    private void Write(string path, string text)
    {
        var full = _directory.Combine(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
