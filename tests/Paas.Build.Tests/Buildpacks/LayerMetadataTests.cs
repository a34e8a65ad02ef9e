using Paas.Build.Buildpacks;
using Paas.Launch.Toml;

namespace Paas.Build.Tests.Buildpacks;

public sealed class LayerMetadataTests
{
    [Fact]
    public void Types_are_read_and_not_given_back()
    {
        var metadata = LayerMetadata.Parse("[types]\nlaunch = true\ncache = true\n[metadata]\nversion = \"24.1.0\"\n[metadata.deep]\nx = [1, {y = 2}]\n");
        Assert.Equal(new LayerTypes(Launch: true, Build: false, Cache: true), metadata.Types);
        Assert.Equal("[metadata]\nversion = \"24.1.0\"\ndeep = {x = [1, {y = 2}]}\n", metadata.Restorable);
        Assert.False(LayerMetadata.Parse(metadata.Restorable).Types.Any);
        Assert.Equal("", LayerMetadata.Parse("").Restorable);
    }

    [Theory]
    [InlineData("types = 1")]
    [InlineData("[types]\nlaunch = \"yes\"")]
    [InlineData("launch = true\nbuild = true")]
    [InlineData("cache = false\n[types]\nlaunch = true")]
    public void Wrong_types_are_refused(string text) => Assert.Throws<TomlException>(() => LayerMetadata.Parse(text));
}
