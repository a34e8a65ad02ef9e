using System.Net;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>A push that cannot go live is rejected, says why, and leaves the old release serving.</summary>
[Collection(ServerCollection.Name)]
public sealed class BrokenAppTests(ServerFixture fixture, ITestOutputHelper output)
{
    public static TheoryData<string, string[]> Samples => new()
    {
        { "build-fails", ["exit status", "build"] },
        { "crashes-at-start", ["exit status", "web.1"] },
        { "wrong-port", ["3000", "5000"] },
    };

    [RootTheory]
    [MemberData(nameof(Samples))]
    public async Task A_broken_push_names_the_cause_and_the_old_release_still_answers(string sample, string[] causes)
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", sample);
        (await app.PushAsync()).Succeeded();
        var before = (await app.PaasAsync("releases", "--json")).Succeeded().Stdout;

        (await new Command("find", app.Directory, "-mindepth", "1", "-maxdepth", "1", "!", "-name", ".git", "-exec", "rm", "-rf", "{}", "+").RunAsync()).Succeeded();
        (await new Command("cp", "-R", Path.Combine(Repository.Root, "tests/apps", sample) + "/.", app.Directory).RunAsync()).Succeeded();
        await app.CommitAsync("Break it");
        var push = await app.PushAsync();
        output.WriteLine(push.Output);

        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("[remote rejected] main -> main (pre-receive hook declined)", push.Stderr, StringComparison.Ordinal);
        Assert.All(causes, cause => Assert.Contains(cause, push.Stderr, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(" !     ", push.Stderr, StringComparison.Ordinal);
        var answer = await app.GetAsync();
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("Hello", answer.Body, StringComparison.Ordinal);
        Assert.Equal("v1", LiveRelease(before));
        Assert.Equal("v1", LiveRelease((await app.PaasAsync("releases", "--json")).Succeeded().Stdout));
    }

    private static string LiveRelease(string json)
    {
        var live = System.Text.Json.JsonDocument.Parse(json).RootElement.EnumerateArray().Single(release => release.GetProperty("live").GetBoolean());
        return $"v{live.GetProperty("version").GetInt32()}";
    }
}
