using System.Net;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>Bad input gets a clear error, and nothing is half-made.</summary>
[Collection(ServerCollection.Name)]
public sealed class BadInputTests(ServerFixture fixture, ITestOutputHelper output)
{
    [RootFact]
    public async Task A_wrong_token_is_refused_by_the_api_and_by_git()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{fixture.Server.DashboardUrl}/v1/apps");
        request.Headers.Authorization = new("Bearer", "wrong");
        using var response = await fixture.Server.Visitor.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);

        using var empty = new TemporaryDirectory();
        var url = fixture.Server.DashboardUrl.Replace("http://", "http://me:wrong@", StringComparison.Ordinal) + "/any.git";
        var clone = await fixture.Server.GitAsync(empty.Path, "-c", "credential.helper=", "clone", url);
        Assert.NotEqual(0, clone.ExitCode);
        Assert.Contains("Authentication failed", clone.Stderr, StringComparison.OrdinalIgnoreCase);
    }

    [RootFact]
    public async Task An_unknown_app_exits_with_20()
    {
        var ps = await fixture.Server.PaasAsync("ps", "-a", "nobody");
        Assert.Equal(20, ps.ExitCode);
        Assert.Contains("nobody", ps.Stderr, StringComparison.Ordinal);

        using var empty = new TemporaryDirectory();
        var clone = await fixture.Server.GitAsync(empty.Path, "clone", $"{fixture.Server.DashboardUrl}/nobody.git");
        Assert.NotEqual(0, clone.ExitCode);
    }

    [RootTheory]
    [InlineData("Bad_Name")]
    [InlineData("-dash")]
    [InlineData("../up")]
    [InlineData("paas")]
    public async Task A_bad_app_name_is_refused(string name)
    {
        var create = await fixture.Server.PaasAsync("create", "--", name);
        Assert.NotEqual(0, create.ExitCode);
        Assert.StartsWith(" !     ", create.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(name, (await fixture.Server.PaasAsync("apps", "--json")).Stdout.Split('"').Where(s => s != "paas"));
    }

    [RootFact]
    public async Task An_unknown_host_is_told_so()
    {
        var answer = await fixture.Server.Visitor.GetAsync("never-heard-of.localhost");
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Contains("never-heard-of.localhost", answer.Body, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task An_empty_push_is_refused()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "static", "empty");
        (await fixture.Server.GitAsync(app.Directory, "rm", "-rqf", ".")).Succeeded();
        await app.CommitAsync("Nothing left");
        await AssertRejectedAsync(app, "empty");
    }

    [RootFact]
    public async Task A_Procfile_with_a_merge_marker_is_refused_with_its_line()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "conflicted");
        await File.WriteAllTextAsync(app.PathOf("Procfile"), "web: node server.js\n<<<<<<< HEAD\nworker: node a.js\n=======\n");
        await app.CommitAsync("Merge gone wrong");
        var push = await AssertRejectedAsync(app, "Procfile");
        Assert.Contains("line 2", push.Stderr, StringComparison.OrdinalIgnoreCase);
    }

    [RootFact]
    public async Task A_push_over_the_limit_is_refused()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "static", "huge");
        // Two sparse gigabytes: git packs zeros small, so it is the source tree that is over the limit, not the pack.
        await using (var file = File.Create(app.PathOf("huge.bin"))) file.SetLength(2L << 30);
        await app.CommitAsync("Far too much");
        await AssertRejectedAsync(app, "limit");
    }

    private async Task<CommandResult> AssertRejectedAsync(AppCheckout app, string cause)
    {
        var push = await app.PushAsync();
        output.WriteLine(push.Output);
        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("[remote rejected]", push.Stderr, StringComparison.Ordinal);
        Assert.Contains(cause, push.Stderr, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(await app.InstancesAsync());
        var remote = (await fixture.Server.GitAsync(app.Directory, "ls-remote", "paas")).Succeeded();
        Assert.Equal("", remote.Stdout);
        Assert.Equal("[]", (await app.PaasAsync("releases", "--json")).Succeeded().Stdout.Trim());
        return push;
    }
}
