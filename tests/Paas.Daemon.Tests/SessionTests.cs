using System.Net;
using System.Net.Http.Json;
using Paas.Daemon.Endpoints;
using Paas.Web.Endpoints;

namespace Paas.Daemon.Tests;

public sealed class SessionTests : IAsyncLifetime
{
    private TestDaemon _daemon = null!;

    public async Task InitializeAsync() => _daemon = await TestDaemon.StartAsync();

    public async Task DisposeAsync() => await _daemon.DisposeAsync();

    [Fact]
    public async Task Logging_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use()
    {
        using var response = await LogInAsync(_daemon.Token, "/apps/hello");
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal("/apps/hello", response.Headers.Location?.OriginalString);
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);

        using var http = _daemon.Client();
        http.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.Equal("""{"name":"test","user":"root","scope":"admin"}""", await http.GetStringAsync("/v1/whoami"));
    }

    [Fact]
    public async Task A_wrong_token_leads_back_and_sets_nothing()
    {
        using var response = await LogInAsync("paas_wrong", "/apps");
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal("/login?failed=1&return=%2Fapps", response.Headers.Location?.OriginalString);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.Created)]
    [InlineData("Origin", "http://paas.localhost", HttpStatusCode.Created)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Unauthorized)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Unauthorized)]
    [InlineData("Sec-Fetch-Site", "none", HttpStatusCode.Unauthorized)]
    [InlineData("Origin", "http://hello.localhost", HttpStatusCode.Unauthorized)]
    [InlineData("Origin", "null", HttpStatusCode.Unauthorized)]
    [InlineData("X-Nothing", "said", HttpStatusCode.Unauthorized)]
    public async Task A_session_changes_something_only_from_our_own_pages(string header, string value, HttpStatusCode expected)
    {
        using var http = _daemon.Client();
        http.DefaultRequestHeaders.Add("Cookie", $"paas-session={_daemon.Token}");
        http.DefaultRequestHeaders.Add(header, value);
        using var response = await http.PostAsJsonAsync("/v1/apps", new { name = "hello" });
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.Created, _daemon.Platform.Apps.ContainsKey("hello"));
    }

    [Fact]
    public async Task Another_site_can_neither_log_a_person_in_nor_out()
    {
        using var http = _daemon.Client();
        http.DefaultRequestHeaders.Add("Origin", "http://evil.localhost");
        using var form = new FormUrlEncodedContent([new("token", _daemon.Token)]);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/session", form)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/session/end", null)).StatusCode);
    }

    [Fact]
    public async Task Over_https_the_cookie_is_bound_to_the_host_and_to_https()
    {
        using var response = await LogInAsync(_daemon.Token, "/", https: true);
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/apps", "/apps")]
    [InlineData("/apps?x=//y", "/apps?x=//y")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("http://evil.example", "/")]
    [InlineData("/a\r\nSet-Cookie: b", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void Login_leads_nowhere_but_to_this_site(string? target, string expected) => Assert.Equal(expected, LocalPath.Of(target));

    private async Task<HttpResponseMessage> LogInAsync(string token, string target, bool https = false)
    {
        using var http = _daemon.Client();
        http.DefaultRequestHeaders.Add("Origin", "http://paas.localhost");
        if (https) http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var form = new FormUrlEncodedContent([new("token", token), new("return", target)]);
        return await http.PostAsync("/session", form);
    }
}
