using Paas.Build.Remotes;

namespace Paas.Build.Tests.Remotes;

public sealed class RemoteAddressTests
{
    [Theory]
    [InlineData("https://example.com/team/app.git", "https://example.com/team/app.git", "example.com")]
    [InlineData("https://example.com:443/app", "https://example.com/app", "example.com")]
    [InlineData("http://example.com:8080/app", "http://example.com:8080/app", "example.com:8080")]
    [InlineData("https://ann:secret@example.com/app", "https://example.com/app", "example.com")]
    [InlineData("ssh://git@example.com/app", "ssh://git@example.com/app", "example.com")]
    [InlineData("ssh://git@example.com:2222/~ann/app", "ssh://git@example.com:2222/~ann/app", "example.com:2222")]
    [InlineData("git://example.com:9418/app", "git://example.com/app", "example.com")]
    [InlineData("git+ssh://example.com/app", "ssh://example.com/app", "example.com")]
    [InlineData("git@example.com:team/app.git", "git@example.com:team/app.git", "example.com")]
    [InlineData("git@example.com:/srv/app.git", "ssh://git@example.com/srv/app.git", "example.com")]
    [InlineData("example.com:app", "example.com:app", "example.com")]
    [InlineData("git@[fd00::1]:app", "git@[fd00::1]:app", "fd00::1")]
    [InlineData("https://[fd00::1]:8443/app", "https://[fd00::1]:8443/app", "[fd00::1]:8443")]
    public void Addresses_are_read_as_git_reads_them(string text, string url, string host)
    {
        var address = RemoteAddress.Parse(text);
        Assert.Equal(url, address.Url);
        Assert.Equal(host, address.HostKey);
        Assert.DoesNotContain("secret", address.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/srv/app.git")]
    [InlineData("./lib")]
    [InlineData("file:///srv/app.git")]
    [InlineData("ext::sh -c id")]
    [InlineData("--upload-pack=id:x")]
    [InlineData("ssh://-oProxyCommand=id/x")]
    [InlineData("-oProxyCommand=id@host:x")]
    [InlineData("https://example.com/")]
    [InlineData("https://example.com/app?x=y")]
    [InlineData("https://user:geheim@exa mple.com/app")]
    [InlineData("host:")]
    public void What_is_no_address_or_a_dangerous_one_is_refused_without_its_login(string text)
    {
        var error = Assert.Throws<GitRemoteException>(() => RemoteAddress.Parse(text));
        Assert.Equal(GitRemoteFailure.BadAddress, error.Failure);
        Assert.DoesNotContain("geheim", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://example.com/team/app.git", "../lib.git", "https://example.com/team/lib.git")]
    [InlineData("https://example.com/team/app.git", "../../other/lib", "https://example.com/other/lib")]
    [InlineData("https://example.com/team/app/", "./lib", "https://example.com/team/app/lib")]
    [InlineData("git@example.com:team/app.git", "../lib.git", "git@example.com:team/lib.git")]
    [InlineData("https://example.com/app", "https://elsewhere.org/lib", "https://elsewhere.org/lib")]
    public void Submodules_are_relative_to_the_repository_they_are_in(string origin, string relative, string url) =>
        Assert.Equal(url, RemoteAddress.Parse(origin).Resolve(relative).Url);

    [Fact]
    public void A_relative_address_does_not_lead_out_of_its_server() =>
        Assert.Throws<GitRemoteException>(() => RemoteAddress.Parse("https://example.com/app").Resolve("../../../x"));

    [Fact]
    public void Whatever_is_written_it_is_an_address_or_refused()
    {
        var random = new Random(7);
        string[] parts = ["https", "ssh", "://", "@", ":", "/", "..", "-o", "host", "[", "]", "::1", "%2f", "#", "?", " ", "\0", "é", "a.git", "~"];
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => parts[random.Next(parts.Length)]));
            try
            {
                var address = RemoteAddress.Parse(text);
                Assert.False(address.Host.StartsWith('-') || address.Path.StartsWith('-') || address.Host.Length == 0, text);
            }
            catch (GitRemoteException)
            {
                // Refused.
            }
        }
    }
}
