using Paas.Build.Dockerfiles.Building;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Oci.Images;

namespace Paas.Build.Tests.Dockerfiles.Instructions;

/// <summary>FROMs that need a build argument to name an image.</summary>
public sealed class DefaultBaseNameTests
{
    [Theory]
    [InlineData("ARG TAG\nFROM $TAG\n", "$TAG", 2)]
    [InlineData("ARG TAG\nFROM alpine AS one\nFROM alpine:${TAG}\n", "alpine:${TAG}", 3)]
    [InlineData("ARG TAG=UPPER\nFROM $TAG\n", "$TAG", 2)]
    [InlineData("ARG TAG\nFROM ${TAG:?which}\n", "${TAG:?which}", 2)]
    public void Without_a_default_are_warned_of(string text, string name, int line)
    {
        var warning = Assert.Single(DefaultBaseNames.Check(Dockerfile.Parse(text), Platform.Current));
        Assert.Equal(("InvalidDefaultArgInFrom", $"Default value for ARG {name} results in empty or invalid base image name", line), ($"{warning.Rule}", warning.Message, warning.Line));
    }

    [Theory]
    [InlineData("ARG TAG=1\nFROM alpine:$TAG\n")]
    [InlineData("ARG TAG\nFROM alpine${TAG:+:$TAG}\n")]
    [InlineData("ARG TAG\nFROM alpine:${TAG:-1}\n")]
    [InlineData("FROM scratch\n")]
    public void With_one_are_not(string text) => Assert.Empty(DefaultBaseNames.Check(Dockerfile.Parse(text), Platform.Current));
}
