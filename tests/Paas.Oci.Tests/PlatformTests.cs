using Paas.Oci.Images;

namespace Paas.Oci.Tests;

public sealed class PlatformTests
{
    private const string Sha = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("linux/amd64", "linux/amd64", 0)]
    [InlineData("linux/amd64", "linux/amd64/v1", 0)]
    [InlineData("linux/amd64", "linux/amd64/v2", null)]
    [InlineData("linux/amd64/v3", "linux/amd64/v3", 0)]
    [InlineData("linux/amd64/v3", "linux/amd64/v2", 1)]
    [InlineData("linux/amd64/v3", "linux/amd64", 2)]
    [InlineData("linux/amd64", "linux/386", 1)]
    [InlineData("linux/386", "linux/amd64", null)]
    [InlineData("linux/arm64", "linux/arm64/v8", 0)]
    [InlineData("linux/arm64", "linux/arm64/v9", null)]
    [InlineData("linux/arm64", "linux/arm", 2)]
    [InlineData("linux/arm/v7", "linux/arm", 0)]
    [InlineData("linux/arm/v7", "linux/arm/v6", 1)]
    [InlineData("linux/arm/v6", "linux/arm/v7", null)]
    [InlineData("linux/s390x", "linux/s390x", 0)]
    [InlineData("linux/amd64", "linux/arm64", null)]
    [InlineData("linux/amd64", "windows/amd64", null)]
    [InlineData("linux/amd64", "linux/amd64/strange", null)]
    public void What_runs_where(string host, string program, int? rank) =>
        Assert.Equal(rank, Platform.Parse(host).Accepts(Platform.Parse(program)));

    [Theory]
    [InlineData("amd64", "linux/amd64")]
    [InlineData("x86_64", "linux/amd64")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("armhf", "linux/arm/v7")]
    [InlineData("Linux/ARM/v6", "linux/arm/v6")]
    public void Names_that_people_use_are_known(string text, string platform) => Assert.Equal(platform, $"{Platform.Parse(text)}");

    [Theory]
    [InlineData("")]
    [InlineData("linux/")]
    [InlineData("linux/arm/v7/x")]
    [InlineData("linux/a b")]
    public void What_is_no_platform_is_refused(string text) => Assert.Throws<FormatException>(() => Platform.Parse(text));

    [Fact]
    public void The_best_manifest_of_an_index_is_chosen_and_attestations_are_not()
    {
        var index = ImageDocuments.ParseIndex(System.Text.Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"manifests":[
              {"mediaType":"{{{MediaTypes.Manifest}}}","digest":"{{{Sha}}}","size":1,"platform":{"architecture":"unknown","os":"unknown"}},
              {"mediaType":"{{{MediaTypes.Manifest}}}","digest":"{{{Sha}}}","size":2,"platform":{"architecture":"arm","os":"linux","variant":"v5"}},
              {"mediaType":"{{{MediaTypes.Manifest}}}","digest":"{{{Sha}}}","size":3,"platform":{"architecture":"arm","os":"linux","variant":"v7"}},
              {"mediaType":"{{{MediaTypes.Manifest}}}","digest":"{{{Sha}}}","size":4,"platform":{"architecture":"arm64","os":"linux"}}]}
            """));
        Assert.Equal(4, PlatformChoice.Choose(index, Platform.Parse("arm64")).Size);
        Assert.Equal(3, PlatformChoice.Choose(index, Platform.Parse("arm")).Size);
        Assert.Equal(2, PlatformChoice.Choose(index, Platform.Parse("linux/arm/v6")).Size);
        var error = Assert.Throws<OciFormatException>(() => PlatformChoice.Choose(index, Platform.Parse("amd64")));
        Assert.Equal("the image has no variant for linux/amd64; it has linux/arm/v5, linux/arm/v7, linux/arm64", error.Message);
    }
}
