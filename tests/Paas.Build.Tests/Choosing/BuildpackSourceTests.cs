using Paas.Build.Choosing;
using Paas.Build.Choosing.Heroku;

namespace Paas.Build.Tests.Choosing;

public sealed class BuildpackSourceTests
{
    [Theory]
    [InlineData("paas/nodejs", BuildpackSourceKind.Id, "paas/nodejs")]
    [InlineData("nodejs", BuildpackSourceKind.Id, "nodejs")]
    [InlineData("urn:cnb:builder:paas/nodejs@0.1.0", BuildpackSourceKind.Id, "paas/nodejs@0.1.0")]
    [InlineData("https://example.com/a/b#v1:dir", BuildpackSourceKind.Address, "https://example.com/a/b#v1:dir")]
    [InlineData("HTTP://example.com/a.tgz", BuildpackSourceKind.Address, "HTTP://example.com/a.tgz")]
    [InlineData("./buildpacks//mine/", BuildpackSourceKind.Directory, "buildpacks/mine")]
    [InlineData(".", BuildpackSourceKind.Directory, "")]
    [InlineData("/opt/mine/", BuildpackSourceKind.Host, "/opt/mine")]
    [InlineData("file:///opt/mine.tgz", BuildpackSourceKind.Host, "/opt/mine.tgz")]
    [InlineData("urn:cnb:builder:/etc", BuildpackSourceKind.Host, "/etc")]
    public void A_buildpack_is_named_in_several_ways(string text, BuildpackSourceKind kind, string location)
    {
        var source = BuildpackSource.Parse(text);
        Assert.Equal((kind, location), (source.Kind, source.Location));
        Assert.Equal(kind == BuildpackSourceKind.Host, BuildpackSource.IsOnHost(text));
    }

    [Theory]
    [InlineData("", "neither")]
    [InlineData("-x", "neither")]
    [InlineData("a b", "neither")]
    [InlineData("../mine", "neither")]
    [InlineData("./../mine", "not within the source")]
    [InlineData("/opt/../etc", "no absolute path")]
    [InlineData("file://mine", "no absolute path")]
    [InlineData("docker://example.com/x", "registry")]
    [InlineData("urn:cnb:registry:x/y", "registry")]
    [InlineData("git@github.com:x/y", "https://")]
    [InlineData("ssh://git@github.com/x/y", "https://")]
    [InlineData("https://me:secret@example.com/x", "no name and password")]
    [InlineData("https://", "neither")]
    [InlineData("https://#x", "no address")]
    [InlineData("a\nb", "one line")]
    public void What_names_none_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => BuildpackSource.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void No_text_names_anything_outside_of_the_source_but_what_is_known_to_be_on_the_host()
    {
        string[] parts = ["/", ".", "..", "./", "../", "file://", "urn:cnb:builder:", "https://", "a", "b@1", "#", ":", "\0", " ", "é", "~"];
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => parts[random.Next(parts.Length)]));
            try
            {
                var source = BuildpackSource.Parse(text);
                if (source.Kind is BuildpackSourceKind.Host) Assert.True(BuildpackSource.IsOnHost(text), $"seed {seed}: {text}");
                if (source.Kind is BuildpackSourceKind.Host or BuildpackSourceKind.Directory) Assert.DoesNotContain("..", source.Location.Split('/'));
                if (source.Kind is BuildpackSourceKind.Directory) Assert.False(Path.IsPathRooted(source.Location), $"seed {seed}: {text}");
            }
            catch (FormatException)
            {
                // It names none.
            }
        }
    }

    [Theory]
    [InlineData("https://github.com/heroku/heroku-buildpack-ruby.git#v1", "heroku-buildpack-ruby")]
    [InlineData("https://example.com/x/go_pack.tgz?raw=1", "go-pack")]
    [InlineData("./greeter", "greeter")]
    [InlineData("https://example.com/#x", "example.com")]
    public void A_buildpack_of_Heroku_s_is_called_by_the_last_of_its_address(string address, string name) =>
        Assert.Equal(name, HerokuShim.NameOf(BuildpackSource.Parse(address)));

    [Theory]
    [InlineData("https://example.com/a.tgz", true)]
    [InlineData("https://example.com/a.tar.gz?x=1", true)]
    [InlineData("https://example.com/a.zip#x", true)]
    [InlineData("https://example.com/a.git", false)]
    [InlineData("https://example.com/a#v1.zip", false)]
    [InlineData("git://example.com/a.tgz", false)]
    public void An_archive_is_known_by_its_ending(string address, bool isArchive) => Assert.Equal(isArchive, BuildpackFetch.IsArchive(address));
}
