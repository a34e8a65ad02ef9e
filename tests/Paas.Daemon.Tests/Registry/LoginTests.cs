using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Paas.ControlPlane.Access;

namespace Paas.Daemon.Tests.Registry;

/// <summary>Being somebody to the registry: Docker's token flow, and passwords.</summary>
public sealed class LoginTests : RegistryTest
{
    [Fact]
    public async Task Nobody_is_told_where_to_get_a_token_and_for_what()
    {
        using var http = Daemon.Client(host: "registry.example");
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        foreach (var (path, scope) in new[] { ("/v2/", ""), ("/v2/app/manifests/x", ",scope=\"repository:app:pull\""), ("/v2/_catalog", ",scope=\"registry:catalog:*\"") })
        {
            using var response = await http.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal($"Bearer realm=\"https://registry.example/v2/token\",service=\"registry.example\"{scope}", response.Headers.WwwAuthenticate.ToString());
            Assert.Contains("UNAUTHORIZED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var push = await http.PostAsync("/v2/app/blobs/uploads/", null);
        Assert.Contains("repository:app:pull,push", push.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_good_for_what_it_was_got_for_and_nothing_else()
    {
        var token = await TokenAsync("scope=repository:app:pull&scope=repository:other/x:pull,push");
        await PushImageAsync("app", "x");
        using var http = Daemon.Client(token);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v2/")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v2/app/manifests/x")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync("/v2/other/x/blobs/uploads/", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync("/v2/app/blobs/uploads/", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/v2/other/tags/list")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.DeleteAsync("/v2/other/x/manifests/x")).StatusCode);
        Assert.Equal("""{"repositories":["app"]}""", await http.GetStringAsync("/v2/_catalog"));
        // It is not the platform's token.
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/v1/apps")).StatusCode);
    }

    [Fact]
    public async Task A_mount_needs_the_right_to_pull_from_there()
    {
        var digest = await PushBlobAsync("other", Random(20));
        using var some = Daemon.Client(await TokenAsync("scope=repository:app:pull,push"));
        foreach (var from in new[] { "&from=other", "" })
        {
            // The person may, the token is not good for it: it says which one is.
            using var challenge = await some.PostAsync($"/v2/app/blobs/uploads/?mount={digest}{from}", null);
            Assert.Equal(HttpStatusCode.Unauthorized, challenge.StatusCode);
            Assert.EndsWith(",scope=\"repository:app:pull,push repository:other:pull\"", challenge.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Accepted, (await some.PostAsync($"/v2/app/blobs/uploads/?mount={digest}&from=app/else", null)).StatusCode);
        using var both = Daemon.Client(await TokenAsync("scope=repository:app:pull,push%20repository:other:pull"));
        Assert.Equal(HttpStatusCode.Created, (await both.PostAsync($"/v2/app/blobs/uploads/?mount={digest}&from=other", null)).StatusCode);
    }

    [Fact]
    public async Task A_form_works_as_well()
    {
        using var http = Daemon.Client();
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "password"), new("username", "anyone"), new("password", Daemon.Token), new("scope", "repository:app:pull"), new("service", "x"),
        ]);
        using var response = await http.PostAsync("/v2/token", form);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((string)answer["token"]!, (string)answer["access_token"]!);
        Assert.True((int)answer["expires_in"]! >= 60);
        using var again = Daemon.Client((string)answer["token"]!);
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/v2/app/tags/list")).StatusCode);
    }

    [Fact]
    public async Task A_wrong_password_a_forged_token_and_one_of_a_revoked_token_are_refused()
    {
        using var wrong = Daemon.Client();
        wrong.DefaultRequestHeaders.Authorization = Basic("anyone", "paas_0000");
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/v2/token")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/v2/")).StatusCode);

        var token = await TokenAsync("scope=repository:app:pull");
        foreach (var forged in new[] { token[..^2] + (token.EndsWith("AA", StringComparison.Ordinal) ? "BB" : "AA"), "paasr_", "paasr_.", "paasr_x.y", token[..^1] })
        {
            using var http = Daemon.Client(forged);
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/v2/")).StatusCode);
        }

        using var good = Daemon.Client(token);
        Assert.Equal(HttpStatusCode.OK, (await good.GetAsync("/v2/")).StatusCode);
        Daemon.Services.GetRequiredService<TokenStore>().Revoke("test");
        Assert.Equal(HttpStatusCode.Unauthorized, (await good.GetAsync("/v2/")).StatusCode);
    }

    [Fact]
    public async Task A_password_works_without_asking_for_a_token()
    {
        using var http = Daemon.Client();
        http.DefaultRequestHeaders.Authorization = Basic("anyone", Daemon.Token);
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync("/v2/app/blobs/uploads/", null)).StatusCode);
    }

    [Fact]
    public async Task What_is_not_there_is_said_in_the_registry_s_words()
    {
        var nothing = await GetAsync("/v2/app");
        Assert.Equal((HttpStatusCode.NotFound, "NAME_UNKNOWN"), (nothing.Status, nothing.Code));
        var method = await SendAsync(HttpMethod.Put, "/v2/app/tags/list", []);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "UNSUPPORTED"), (method.Status, method.Code));
        Assert.Equal("registry/2.0", method.Header("Docker-Distribution-API-Version"));
    }

    private async Task<string> TokenAsync(string query)
    {
        using var http = Daemon.Client();
        http.DefaultRequestHeaders.Authorization = Basic("anyone", Daemon.Token);
        return (string)JsonNode.Parse(await http.GetStringAsync($"/v2/token?service=x&{query}"))!["token"]!;
    }

    private static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
}
