using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Paas.Contracts.Routing;

namespace Paas.Router.Tests;

public sealed class TlsTests : IAsyncLifetime
{
    private readonly RouterProcess router = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await router.DisposeAsync();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Visitors_choose_http_1_or_2_and_apps_are_told_https(string version)
    {
        await using var app = await Upstream.StartAsync(context => context.Response.WriteAsync(
            $"{context.Request.Protocol} {context.Request.Headers["X-Forwarded-Proto"]} {context.Request.Host}"));
        await router.StartAsync("--domain", "example.org");
        await router.ApplyAsync(new RouterSnapshot(1, [new("app", ["app.example.org"], [new("web.1", "web", app.Address)])]));
        using var visitor = router.Visitor(tls: true);
        visitor.DefaultRequestVersion = new Version(version);
        visitor.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var answer = await visitor.GetAsync("https://app.example.org/");
        Assert.Equal(new Version(version), answer.Version);
        Assert.Equal("HTTP/1.1 https app.example.org", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_certificate_is_made_once_for_the_domain_and_its_key_is_private()
    {
        await router.StartAsync("--domain", "example.org");
        var first = router.Certificate();
        Assert.True(first.MatchesHostname("app.example.org"));
        Assert.True(first.MatchesHostname("example.org"));
        Assert.Equal(first.Thumbprint, await PresentedAsync());
        var file = Path.Combine(router.Data, "self-signed.pem");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        await router.KillAsync();
        await router.StartAsync("--domain", "example.org");
        Assert.Equal(first.Thumbprint, await PresentedAsync());

        await router.KillAsync();
        await router.StartAsync("--domain", "example.net");
        Assert.NotEqual(first.Thumbprint, await PresentedAsync());
        Assert.True(router.Certificate().MatchesHostname("app.example.net"));

        await router.KillAsync();
        await File.WriteAllTextAsync(file, "garbage");
        await router.StartAsync("--domain", "example.net");
        Assert.True(router.Certificate().MatchesHostname("app.example.net"));
    }

    private async Task<string> PresentedAsync()
    {
        using var socket = await router.ConnectAsync(tls: true);
        await using var tls = new SslStream(
            new NetworkStream(socket), false, (_, certificate, _, _) => certificate?.GetCertHashString() == router.Certificate().Thumbprint);
        await tls.AuthenticateAsClientAsync("app.example.org");
        return tls.RemoteCertificate!.GetCertHashString();
    }
}
