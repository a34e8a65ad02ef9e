using Paas.Build.Buildpacks;
using Paas.Build.Sources;
using Paas.Testing;

namespace Paas.Build.Tests.Buildpacks;

public sealed class SourceSignsTests
{
    [Theory]
    [InlineData("package.json", null)]
    [InlineData("public/index.html", null)]
    [InlineData("*/*.csproj", null)]
    [InlineData("*.csproj", "no *.csproj")]
    [InlineData("index.html", "no index.html")]
    [InlineData("package.json/x", "no package.json/x")]
    [InlineData("link/index.html", "no link/index.html")]
    [InlineData("a,b,c", "no a, b or c")]
    [InlineData("a,package.json", null)]
    [InlineData("", null)]
    public void A_sign_is_a_file_of_the_source(string patterns, string? reason)
    {
        using var source = new TemporaryDirectory();
        foreach (var path in (string[])["package.json", "public/index.html", "web/web.csproj"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(source.Combine(path))!);
            File.WriteAllText(source.Combine(path), "");
        }

        Directory.CreateSymbolicLink(source.Combine("link"), "public");
        var signs = new SourceSigns(patterns.Split(',', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(reason, signs.ReasonAgainst(new UntrustedTree(source.Path)));
    }
}
