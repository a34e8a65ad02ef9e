using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Paas.Testing;

namespace Paas.Daemon.Tests;

public sealed class AuthenticationTests : IAsyncLifetime
{
    private TestDaemon _daemon = null!;

    public async Task InitializeAsync() => _daemon = await TestDaemon.StartAsync();

    public async Task DisposeAsync() => await _daemon.DisposeAsync();

    [Fact]
    public async Task Nobody_gets_401_with_a_problem_and_the_way_to_log_in()
    {
        using var http = _daemon.Client();
        using var response = await http.GetAsync("/v1/apps");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Contains("paas login http://paas.localhost", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bearer_token_is_who_it_names()
    {
        using var http = _daemon.Client(_daemon.Token);
        Assert.Equal("""{"name":"test","user":"root","scope":"admin"}""", await http.GetStringAsync("/v1/whoami"));
    }

    [Theory]
    [InlineData("Bearer paas_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Bearer ")]
    [InlineData("Basic !!!")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Negotiate abc")]
    public async Task A_bad_credential_is_refused_even_to_root_on_the_socket(string authorization)
    {
        using var http = _daemon.Client(host: "localhost");
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/v1/apps")).StatusCode);
    }

    [Fact]
    public async Task Basic_takes_the_token_as_password_whatever_the_name()
    {
        using var http = _daemon.Client();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anyone:{_daemon.Token}")));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v1/apps")).StatusCode);
    }

    [RootFact]
    public async Task Root_on_the_socket_needs_no_token()
    {
        using var http = _daemon.Client(host: "localhost");
        Assert.Equal("""{"name":"root"}""", await http.GetStringAsync("/v1/whoami"));
    }

    [Theory]
    [InlineData("paas.localhost", null)]
    [InlineData("localhost", "X-Forwarded-For")]
    [InlineData("localhost", "X-Forwarded-Host")]
    [InlineData("localhost", "X-Forwarded-Proto")]
    [InlineData("localhost", "Forwarded")]
    public async Task What_a_router_forwards_is_not_root_even_if_the_router_is(string host, string? header)
    {
        using var http = _daemon.Client(host: host);
        if (header is not null) http.DefaultRequestHeaders.TryAddWithoutValidation(header, "1.2.3.4");
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/v1/apps")).StatusCode);
    }

    [RootFact]
    public async Task Another_user_on_the_socket_is_nobody()
    {
        // Only the way to the socket is opened; its own mode lets everyone in.
        for (var directory = _daemon.Options.Run; directory != "/tmp" && directory != "/"; directory = Path.GetDirectoryName(directory)!)
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        var curl = await new Command(
            "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
            "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", _daemon.Options.Socket, "http://localhost/v1/apps").RunAsync();
        Assert.Equal("401", curl.Succeeded().Stdout);
    }

    [Fact]
    public async Task The_version_is_for_everyone()
    {
        using var http = _daemon.Client();
        Assert.Contains("http://paas.localhost", await http.GetStringAsync("/v1/version"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_is_led_to_the_login_page_and_back()
    {
        using var http = _daemon.Client();
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var page = await http.GetAsync("/apps/hello?tab=logs");
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.Equal("/login?return=%2Fapps%2Fhello%3Ftab%3Dlogs", page.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Git_is_asked_for_a_password_in_its_own_way()
    {
        using var http = _daemon.Client();
        using var response = await http.GetAsync("/hello.git/info/refs?service=git-receive-pack");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Basic", response.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith(" !     ", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
