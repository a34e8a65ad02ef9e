using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Paas.Images.Remote;
using Paas.Oci;
using Paas.Testing.Servers;

namespace Paas.Images.Tests.Remote;

/// <summary>Token authentication, with a token server of the test's own before a real registry.</summary>
public sealed class TokenTests : IAsyncLifetime, IDisposable
{
    private readonly RemoteImages _here = new();
    private DockerRegistry _registry = null!;
    private FaultProxy _tokens = null!;
    private FaultProxy _proxy = null!;
    private Image _image = null!;
    private string _valid = "first";
    private int _issued;

    public async Task InitializeAsync()
    {
        _registry = await DockerRegistry.StartAsync();
        _tokens = await FaultProxy.StartAsync(_registry.Host);
        _proxy = await FaultProxy.StartAsync(_registry.Host);
        _tokens.Behave = IssueAsync;
        _proxy.Behave = GuardAsync;
        _image = await _here.MakeAsync("tokens", 1000, 2000, 3000);
        await _here.PushAsync(_image, $"{_registry.Host}/app:1");
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _tokens.DisposeAsync();
        await _registry.DisposeAsync();
    }

    public void Dispose() => _here.Dispose();

    [Fact]
    public async Task A_token_is_fetched_once_and_used_for_all()
    {
        using var there = new RemoteImages();
        Assert.Equal(_image.Digest, (await there.PullAsync($"{_proxy.Host}/app:1", find: _ => new("ann", "secret"))).Digest);
        Assert.Equal(1, _issued);
        var seen = Assert.Single(_tokens.Seen);
        Assert.StartsWith("Basic ", seen.Authorization, StringComparison.Ordinal);
        Assert.All(_proxy.Seen, request => Assert.DoesNotContain("Basic", request.Authorization, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_no_longer_counts_is_replaced()
    {
        using var there = new RemoteImages();
        var client = there.Client(find: _ => new("ann", "secret"));
        await client.ResolveAsync(Reference.Parse($"{_proxy.Host}/app:1"), default);
        _valid = "second";
        await client.ResolveAsync(Reference.Parse($"{_proxy.Host}/app:1"), default);
        Assert.Equal(2, _issued);
    }

    [Fact]
    public async Task Who_may_not_is_told_so()
    {
        using var there = new RemoteImages();
        var error = await Assert.ThrowsAsync<RegistryException>(() => there.PullAsync($"{_proxy.Host}/app:1", find: _ => new("eve", "wrong")));
        Assert.Equal(RegistryFailure.Unauthenticated, error.Failure);
        Assert.Contains("does not take the login of eve: no such user", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<RegistryException>(() => there.PullAsync($"{_proxy.Host}/app:1"));
        Assert.Contains("wants a login", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer realm=\"https://a/t\",service=\"s\",scope=\"repository:a/b:pull,push\"", "https://a/t", "s", "repository:a/b:pull,push")]
    [InlineData("bearer  scope=\"x\" , realm = \"/token\"", "http://registry/token", null, "x")]
    [InlineData("Basic realm=\"x\", Bearer realm=\"https://a/t\"", "https://a/t", null, null)]
    [InlineData("Bearer realm=\"https://a/\\\"q\\\"\"", "https://a/%22q%22", null, null)]
    public void Challenges_are_read(string header, string realm, string? service, string? scope)
    {
        using var message = new HttpResponseMessage();
        Assert.True(message.Headers.TryAddWithoutValidation("WWW-Authenticate", header));
        var challenge = AuthenticationChallenge.Choose(message.Headers.WwwAuthenticate, new Uri("http://registry/v2/"))!;
        Assert.Equal((true, realm, service, scope), (challenge.IsBearer, challenge.Realm?.AbsoluteUri, challenge.Service, challenge.Scope));
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer realm")]
    [InlineData("Bearer service=\"s\"")]
    [InlineData("Bearer realm=\"https://a")]
    [InlineData("Bearer realm=\"ftp://a/\"")]
    [InlineData("Bearer realm=\"http://user:password@a/\"")]
    [InlineData("Negotiate")]
    public void Challenges_that_cannot_be_answered_are_none(string header)
    {
        var space = header.IndexOf(' ', StringComparison.Ordinal);
        var challenge = space < 0 ? new AuthenticationHeaderValue(header) : new AuthenticationHeaderValue(header[..space], header[(space + 1)..]);
        Assert.Null(AuthenticationChallenge.Choose([challenge], new Uri("http://registry/v2/")));
    }

    private async Task IssueAsync(HttpContext context)
    {
        var login = context.Request.Headers.Authorization.ToString();
        if (login != $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:secret"))}")
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("""{"errors":[{"code":"UNAUTHORIZED","message":"no such user"}]}""");
            return;
        }

        Assert.Equal("the registry", context.Request.Query["service"]);
        Assert.Equal("repository:app:pull", context.Request.Query["scope"]);
        Interlocked.Increment(ref _issued);
        await context.Response.WriteAsync($$"""{"token":"{{_valid}}","expires_in":300}""");
    }

    private Task GuardAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization == $"Bearer {_valid}")
        {
            context.Request.Headers.Remove("Authorization");
            return _proxy.ForwardAsync(context);
        }

        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{_tokens.Host}/token\",service=\"the registry\",scope=\"repository:app:pull\"";
        return Task.CompletedTask;
    }
}
