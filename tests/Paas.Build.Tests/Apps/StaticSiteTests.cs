using System.Net;
using Paas.Testing;

namespace Paas.Build.Tests.Apps;

/// <summary>What <c>static.json</c>, <c>_headers</c> and <c>_redirects</c> change of a static site.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed class StaticSiteTests(BuildNode node)
{
    [RootFact]
    public async Task A_single_page_app_has_its_fallback_headers_and_redirects()
    {
        using var app = new TestApp(node);
        app.Write("static.json", """
            { "root": "dist", "routes": { "/**": "index.html", "/admin/**": "admin.html" }, "redirects": { "/old": { "url": "/new?a=b", "status": 302 } } }
            """);
        app.Write("dist/index.html", "the app");
        app.Write("dist/admin.html", "the admin");
        app.Write("dist/assets/app.js", "code");
        app.Write("dist/_headers", "# long-lived\n/assets/*\n  Cache-Control: public, max-age=31536000\n/*\n  X-Quote: say \"hi\" \\o/\n");
        app.Write("dist/_redirects", "/blog/*  /news/:splat\n/u/:id https://example.com/users/:id 307\n/gone /x 404\n");
        var outcome = await app.BuildAsync();
        await app.RunAsync(outcome, "web", async client =>
        {
            Assert.Equal("the app", await TestApp.GetAsync(client));
            Assert.Equal("the app", await client.GetStringAsync(Relative("/deep/in/the/app?x=y")));
            Assert.Equal("the admin", await client.GetStringAsync(Relative("/admin/users/1")));

            using var code = await client.GetAsync(Relative("/assets/app.js?v=1"));
            Assert.Equal("code", await code.Content.ReadAsStringAsync());
            Assert.Equal("public, max-age=31536000", code.Headers.GetValues("Cache-Control").Single());
            Assert.Equal("say \"hi\" \\o/", code.Headers.GetValues("X-Quote").Single());
            Assert.Equal("nosniff", code.Headers.GetValues("X-Content-Type-Options").Single());
            using var page = await client.GetAsync(Relative("/"));
            Assert.Equal("no-cache", page.Headers.GetValues("Cache-Control").Single());

            Assert.Equal((HttpStatusCode.Found, "/new?a=b"), await RedirectAsync(client, "/old"));
            Assert.Equal((HttpStatusCode.MovedPermanently, "/news/2026/11?q=1"), await RedirectAsync(client, "/blog/2026/11?q=1"));
            Assert.Equal((HttpStatusCode.TemporaryRedirect, "https://example.com/users/7"), await RedirectAsync(client, "/u/7"));
            foreach (var hidden in (string[])["/gone", "/_headers", "/_redirects", "/.git/config"])
            {
                using var missing = await client.GetAsync(Relative(hidden));
                Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
            }
        });
    }

    [RootTheory]
    [InlineData("static.json", "{", "static.json is not valid")]
    [InlineData("static.json", """{ "root": "../.." }""", "root must be a directory within the app")]
    [InlineData("static.json", """{ "routes": { "/x": "index.html" } }""", "/** or /directory/**")]
    [InlineData("static.json", """{ "routes": { "/**": "missing.html" } }""", "there is no file missing.html")]
    [InlineData("_headers", "/*\n  X-Price: $5\n", "_headers line 2")]
    [InlineData("_headers", "  X-A: b\n", "a header without a path above it")]
    [InlineData("_redirects", "/a /b 418\n", "_redirects line 1: the status is one of")]
    public async Task What_is_wrong_is_said_with_its_place(string file, string text, string expected)
    {
        using var app = new TestApp(node);
        app.Write("index.html", "x");
        app.Write(file, text);
        await Assert.ThrowsAsync<BuildException>(() => app.BuildAsync());
        Assert.Contains(expected, app.Text, StringComparison.Ordinal);
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);

    private static async Task<(HttpStatusCode Status, string? Location)> RedirectAsync(HttpClient client, string path)
    {
        using var straight = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = client.BaseAddress };
        using var response = await straight.GetAsync(Relative(path));
        return (response.StatusCode, response.Headers.Location?.OriginalString);
    }
}
