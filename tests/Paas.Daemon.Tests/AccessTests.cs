using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Paas.Contracts.Api;
using Paas.ControlPlane.Access;
using Paas.Daemon.Authentication;
using Paas.Daemon.Tests.Registry;
using Paas.Oci;

namespace Paas.Daemon.Tests;

/// <summary>People with less than every right, at every door: API, dashboard, git and registry.</summary>
public sealed class AccessTests : RegistryTest
{
    private AccessStore Access => Daemon.Services.GetRequiredService<AccessStore>();

    [Fact]
    public async Task A_reader_sees_and_changes_nothing()
    {
        using var http = Person("ann", ("app", AccessRole.Read));
        Assert.Equal(["app"], (await http.GetFromJsonAsync<JsonArray>("/v1/apps"))!.Select(app => (string)app!["name"]!));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v1/apps/app/releases")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/v1/apps/app/config")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PatchAsync("/v1/apps/app/config", JsonContent.Create(new { vars = new { A = "1" } }))).StatusCode);
        using var refused = await http.GetAsync("/v1/apps/other/releases");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("paas access:add ann -a other --role read", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/v1/apps/nowhere/releases")).StatusCode);
        foreach (var path in (string[])["/v1/users", "/v1/registries"]) Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsJsonAsync("/v1/cleanup", new { })).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PutAsJsonAsync("/v1/apps/app/access/ann", new { role = "admin" })).StatusCode);
    }

    [Fact]
    public async Task Rights_are_given_and_taken_at_once()
    {
        using var http = Person("ann");
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/v1/apps/app/config")).StatusCode);
        using var root = Daemon.Client(Daemon.Token);
        Assert.Equal(HttpStatusCode.OK, (await root.PutAsJsonAsync("/v1/apps/app/access/ann", new { role = "deploy" })).StatusCode);
        Assert.Equal("""[{"user":"ann","role":"deploy"}]""", await http.GetStringAsync("/v1/apps/app/access"));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v1/apps/app/config")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.DeleteAsync("/v1/apps/app")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await root.PutAsJsonAsync("/v1/apps/app/access/bob", new { role = "deploy" })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await root.DeleteAsync("/v1/apps/app/access/ann")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/v1/apps/app/config")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await root.DeleteAsync("/v1/users/ann")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/v1/whoami")).StatusCode);
    }

    [Fact]
    public async Task Who_deploys_names_buildpacks_of_anywhere_but_the_server()
    {
        using var reader = Person("bob", ("app", AccessRole.Read));
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PutAsJsonAsync("/v1/apps/app/buildpacks", new { buildpacks = Array.Empty<string>() })).StatusCode);
        using var http = Person("ann", ("app", AccessRole.Admin));
        using var root = Daemon.Client(Daemon.Token);
        string[] mine = ["https://example.com/x.git", "./own"];
        Assert.Equal(HttpStatusCode.OK, (await http.PutAsJsonAsync("/v1/apps/app/buildpacks", new { buildpacks = mine })).StatusCode);
        foreach (var path in (string[])["/root", "file:///root", "urn:cnb:builder:/root"])
        {
            using var refused = await http.PutAsJsonAsync("/v1/apps/app/buildpacks", new { buildpacks = (string[])[.. mine, path] });
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("only its administrators", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // What an administrator has put there stays when others change the rest.
        Assert.Equal(HttpStatusCode.OK, (await root.PutAsJsonAsync("/v1/apps/app/buildpacks", new { buildpacks = (string[])["/opt/ours"] })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.PutAsJsonAsync("/v1/apps/app/buildpacks", new { buildpacks = (string[])["./own", "/opt/ours"] })).StatusCode);
        Assert.Equal("""{"buildpacks":["./own","/opt/ours"]}""", await reader.GetStringAsync("/v1/apps/app/buildpacks"));
        Assert.Equal(HttpStatusCode.BadRequest, (await http.PutAsJsonAsync("/v1/apps/app/buildpacks", new { })).StatusCode);

        // Who may see the app may read what its buildpacks wrote of its builds.
        Assert.Equal(
            """[{"path":"launch/me_pack/tools/sbom.cdx.json","mediaType":"application/vnd.cyclonedx\u002Bjson","sizeBytes":2}]""", await reader.GetStringAsync("/v1/apps/app/builds/1/sbom"));
        using var bill = await reader.GetAsync("/v1/apps/app/builds/1/sbom/launch/me_pack/tools/sbom.cdx.json");
        Assert.Equal(("application/vnd.cyclonedx+json", "{}"), (bill.Content.Headers.ContentType?.MediaType, await bill.Content.ReadAsStringAsync()));
        Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync("/v1/apps/app/builds/1/sbom/launch/other.json")).StatusCode);
    }

    [Fact]
    public async Task Who_creates_an_app_is_its_administrator()
    {
        using var http = Person("ann");
        // The control plane makes the row; this daemon's platform is a script.
        AddApp("hers");
        Assert.Equal(HttpStatusCode.Created, (await http.PostAsJsonAsync("/v1/apps", new { name = "hers" })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.PutAsJsonAsync("/v1/apps/hers/access/ann", new { role = "admin" })).StatusCode);
        using var narrow = Daemon.Client(await TokenAsync(http, new { name = "narrow", scope = "read" }));
        Assert.Equal(HttpStatusCode.Forbidden, (await narrow.PostAsJsonAsync("/v1/apps", new { name = "more" })).StatusCode);
    }

    [Fact]
    public async Task A_token_gives_away_no_more_than_it_may()
    {
        using var http = Person("ann", ("app", AccessRole.Admin), ("other", AccessRole.Admin));
        using var ci = Daemon.Client(await TokenAsync(http, new { name = "ci", scope = "deploy", app = "app" }));
        Assert.Equal("""{"name":"ci","user":"ann","scope":"deploy","app":"app"}""", await ci.GetStringAsync("/v1/whoami"));
        Assert.Equal(HttpStatusCode.OK, (await ci.GetAsync("/v1/apps/app/config")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await ci.GetAsync("/v1/apps/other/config")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await ci.DeleteAsync("/v1/apps/app")).StatusCode);
        foreach (object more in (object[])[new { name = "x", scope = "admin" }, new { name = "x", app = "other" }, new { name = "x", user = "root" }])
            Assert.Equal(HttpStatusCode.Forbidden, (await ci.PostAsJsonAsync("/v1/tokens", more)).StatusCode);
        using var child = Daemon.Client(await TokenAsync(ci, new { name = "child" }));
        Assert.Equal("""{"name":"child","user":"ann","scope":"deploy","app":"app"}""", await child.GetStringAsync("/v1/whoami"));
        Assert.Equal(["anns-token", "child", "ci"], (await ci.GetFromJsonAsync<JsonArray>("/v1/tokens"))!.Select(token => (string)token!["name"]!));
        Assert.Equal(HttpStatusCode.Forbidden, (await ci.DeleteAsync("/v1/tokens/anns-token")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.DeleteAsync("/v1/tokens/test")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync("/v1/tokens/ci")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ci.GetAsync("/v1/whoami")).StatusCode);
    }

    [Fact]
    public async Task The_dashboard_shows_and_does_what_a_person_may()
    {
        using var http = Person("ann", ("app", AccessRole.Read));
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var page = await http.GetAsync("/apps/other");
        Assert.Equal((HttpStatusCode.Forbidden, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.DoesNotContain("/apps/other", await http.GetStringAsync("/"), StringComparison.Ordinal);
        using var form = new FormUrlEncodedContent([new("name", "A"), new("value", "1")]);
        using var posted = await http.PostAsync("/apps/app/config", form);
        Assert.Equal((HttpStatusCode.SeeOther, "/apps/app"), (posted.StatusCode, posted.Headers.Location?.OriginalString));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData(AccessRole.Read, HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData(AccessRole.Deploy, HttpStatusCode.OK, HttpStatusCode.OK)]
    public async Task Git_fetches_for_readers_and_pushes_for_deployers(AccessRole? role, HttpStatusCode fetch, HttpStatusCode push)
    {
        await Daemon.Repositories.EnsureAsync("app", default);
        using var http = role is { } given ? Person("ann", ("app", given)) : Person("ann");
        Assert.Equal(fetch, (await http.GetAsync("/app.git/info/refs?service=git-upload-pack")).StatusCode);
        Assert.Equal(push, (await http.GetAsync("/app.git/info/refs?service=git-receive-pack")).StatusCode);
        using var body = new ByteArrayContent("0000"u8.ToArray());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-git-receive-pack-request");
        Assert.Equal(push, (await http.PostAsync("/app.git/git-receive-pack", body)).StatusCode);
    }

    [Fact]
    public async Task The_registry_denies_what_a_person_may_not_and_tokens_for_it_are_narrower()
    {
        await PushImageAsync("app", "x");
        var blob = await PushBlobAsync("other", Random(20));
        using var http = Person("ann", ("app", AccessRole.Read));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v2/app/manifests/x")).StatusCode);
        using var denied = await http.PostAsync("/v2/app/blobs/uploads/", null);
        Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
        Assert.Contains("DENIED", await denied.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/v2/other/tags/list")).StatusCode);
        Assert.Equal("""{"repositories":["app"]}""", await http.GetStringAsync("/v2/_catalog"));

        var secret = http.DefaultRequestHeaders.Authorization!.Parameter!;
        using var narrowed = Daemon.Client(await RegistryTokenAsync(secret, "scope=repository:app:pull,push&scope=repository:other:pull"));
        Assert.Equal(HttpStatusCode.OK, (await narrowed.GetAsync("/v2/app/manifests/x")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await narrowed.PostAsync("/v2/app/blobs/uploads/", null)).StatusCode);

        // Who may push, and may not read the other, sends the blob instead of mounting it; a right that is taken away is gone at once.
        Access.Give("app", "ann", AccessRole.Deploy);
        using var pushing = Daemon.Client(await RegistryTokenAsync(secret, "scope=repository:app:pull,push&scope=repository:other:pull"));
        Assert.Equal(HttpStatusCode.Accepted, (await pushing.PostAsync($"/v2/app/blobs/uploads/?mount={blob}&from=other", null)).StatusCode);
        await AssertTellsNothingAsync(http, blob);
        await AssertTellsNothingAsync(pushing, blob);
        Access.Give("other", "ann", AccessRole.Read);
        Assert.Equal(HttpStatusCode.Created, (await http.PostAsync($"/v2/app/blobs/uploads/?mount={blob}&from=other", null)).StatusCode);
        Access.Take("app", "ann");
        Assert.Equal(HttpStatusCode.Forbidden, (await pushing.GetAsync("/v2/app/manifests/x")).StatusCode);
    }

    // A blob that is there and one that nobody has: by answers to a mount the one cannot be told from the other (distribution-spec,
    // "Mounting a blob from another repository"), nor has a mount made the blob readable.
    private async Task AssertTellsNothingAsync(HttpClient http, Digest secret)
    {
        var answers = new List<string>();
        foreach (var digest in (Digest[])[secret, Digest.Compute(Random(20))])
        {
            foreach (var from in (string[])["&from=other", "&from=nowhere", ""])
            {
                using var answer = await http.PostAsync($"/v2/app/blobs/uploads/?mount={digest}{from}", null);
                var names = answer.Headers.Concat(answer.Content.Headers).Select(header => header.Key).Order(StringComparer.Ordinal);
                var (location, body) = (answer.Headers.Location!.ToString(), await answer.Content.ReadAsStringAsync());
                answers.Add($"{answer.StatusCode} {location[..location.LastIndexOf('/')]} {string.Join(' ', names)} '{body}'");
                Assert.DoesNotContain(digest.Hex, answer.Headers.ToString(), StringComparison.Ordinal);
                Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync(location)).StatusCode);
            }

            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/v2/app/blobs/{digest}")).StatusCode);
        }

        Assert.StartsWith("Accepted /v2/app/blobs/uploads ", Assert.Single(answers.Distinct()), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_line_of_the_table_is_an_endpoint() => Assert.All(EndpointActions.Endpoints, endpoint => Assert.Contains(endpoint, Mapped()));

    [Fact]
    public void Every_endpoint_of_an_app_is_a_line_of_the_table()
    {
        // What these are for depends on the service that is asked for.
        string[] byService = ["GET /{app}.git/info/refs", "GET /v1/apps/{app}/git/{service}"];
        Assert.All(Mapped().Where(endpoint => endpoint.Contains("{app}", StringComparison.Ordinal)).Except(byService), endpoint => Assert.Contains(endpoint, EndpointActions.Endpoints));
    }

    [Fact]
    public async Task Who_administers_an_app_gives_no_image_a_name_that_others_build_on()
    {
        using var ann = Person("ann", ("app", AccessRole.Admin));
        using var answer = await ann.PostAsJsonAsync("/v1/apps/app/instances/web.1/commit", new { tag = "node:22" });
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private HashSet<string> Mapped() => Daemon.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} {endpoint.RoutePattern.RawText}"))
        .ToHashSet(StringComparer.Ordinal);

    private HttpClient Person(string name, params (string App, AccessRole Role)[] apps)
    {
        Access.SetUser(name, admin: false);
        foreach (var (app, role) in apps) Access.Give(app, name, role);
        foreach (var app in (string[])["app", "other"]) Daemon.Platform.CreateAppAsync(new CreateAppRequest(app), default).GetAwaiter().GetResult();
        return Daemon.Client(Daemon.Services.GetRequiredService<TokenStore>().Create($"{name}s-token", null, new TokenOwner(name, AccessRole.Admin, null)).Secret);
    }

    private static async Task<string> TokenAsync(HttpClient http, object request)
    {
        using var made = await http.PostAsJsonAsync("/v1/tokens", request);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return (string)(await made.Content.ReadFromJsonAsync<JsonObject>())!["secret"]!;
    }

    private async Task<string> RegistryTokenAsync(string secret, string query)
    {
        using var http = Daemon.Client();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"ann:{secret}")));
        return (string)JsonNode.Parse(await http.GetStringAsync($"/v2/token?service=x&{query}"))!["token"]!;
    }
}
