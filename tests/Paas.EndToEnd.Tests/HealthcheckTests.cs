using System.Text;
using Paas.Contracts.Api;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests;

/// <summary>The <c>HEALTHCHECK</c> of a Dockerfile decides whether its release goes live, and is shown from then on.</summary>
[Collection(ServerCollection.Name)]
public sealed class HealthcheckTests(ServerFixture fixture)
{
    private const string Well = "test ! -e /tmp/unwell || { echo feeling unwell; exit 1; }";
    private const string Stuck = "test ! -e /tmp/stuck || { trap '' HUP; sleep 98761; }";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [RootFact]
    public async Task A_release_that_its_own_check_does_not_find_healthy_does_not_go_live()
    {
        await using var app = await CheckedAsync("checked", $"--interval=1s --retries=2 CMD {Well}");
        Assert.Equal(HealthStatus.Healthy, (await app.InstanceAsync("web.1")).Health);
        Assert.Contains(", healthy", (await app.PaasAsync("ps")).Succeeded().Stdout, StringComparison.Ordinal);

        app.Replace("Dockerfile", Well, "echo never well; false");
        await app.CommitAsync("Never well");
        var refused = await app.PushAsync();
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("the HEALTHCHECK of its image failed 2 times in a row: exit status 1: never well", refused.Stderr, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await app.GetAsync()).Status);
        await Eventually.TrueAsync("only the release that was live is left", Patience, async () =>
            await app.InstancesAsync() is [{ Health: HealthStatus.Healthy, Release: 1 }]);

        app.Replace("Dockerfile", "HEALTHCHECK --interval=1s --retries=2 CMD echo never well; false", "HEALTHCHECK NONE");
        await app.CommitAsync("No check");
        (await app.PushAsync()).Succeeded();
        await Eventually.TrueAsync("nothing is asked", Patience, async () => await app.InstancesAsync() is [{ Health: null, Status: InstanceStatus.Up }]);
    }

    [RootFact]
    public async Task An_instance_that_gets_ill_is_shown_so_until_it_is_well_and_a_check_that_hangs_is_ended()
    {
        await using var app = await CheckedAsync("ailing", $"--interval=1s --timeout=2s --retries=2 CMD {Stuck}; {Well}");
        var pid = (await app.InstanceAsync("web.1")).Pid;
        await TouchAsync(app, "unwell");
        await IsAsync(app, HealthStatus.Unhealthy, "exit status 1: feeling unwell");
        Assert.Contains("unhealthy (exit status 1: feeling unwell)", (await app.PaasAsync("ps")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await app.GetAsync()).Status);

        // Another paasd goes on where the killed one was.
        var daemon = fixture.Server.Pid("paasd");
        fixture.Server.Kill("paasd");
        await Eventually.TrueAsync("paasd is back", Patience, async () => fixture.Server.Pid("paasd") != daemon && (await app.PaasAsync("apps")).ExitCode == 0);
        await IsAsync(app, HealthStatus.Unhealthy, "exit status 1: feeling unwell");
        await RemoveAsync(app, "unwell");
        await IsAsync(app, HealthStatus.Healthy, null);

        await TouchAsync(app, "stuck");
        await IsAsync(app, HealthStatus.Unhealthy, "it took longer than 2 s");
        await RemoveAsync(app, "stuck");
        await IsAsync(app, HealthStatus.Healthy, null);
        await Eventually.TrueAsync("what hung is gone", Patience, () => Task.FromResult(!SomethingHangs()));
        Assert.Equal((pid, 0), ((await app.InstanceAsync("web.1")).Pid, (await app.InstanceAsync("web.1")).Restarts));
        var log = (await app.PaasAsync("logs", "--source", "paas")).Succeeded().Stdout;
        Assert.Contains("web.1 is unhealthy: it took longer than 2 s", log, StringComparison.Ordinal);
        Assert.Contains("web.1 is healthy again", log, StringComparison.Ordinal);
    }

    private async Task<AppCheckout> CheckedAsync(string name, string check)
    {
        var app = await AppCheckout.CreateAsync(fixture.Server, "dockerfile", name);
        app.Replace("Dockerfile", "EXPOSE 8080", $"EXPOSE 8080\nHEALTHCHECK {check}");
        await app.CommitAsync("Look after yourself");
        (await app.PushAsync()).Succeeded();
        return app;
    }

    private static async Task TouchAsync(AppCheckout app, string name) => (await app.PaasAsync("enter", "web.1", "--", "touch", $"/tmp/{name}")).Succeeded();

    private static async Task RemoveAsync(AppCheckout app, string name) => (await app.PaasAsync("enter", "web.1", "--", "rm", $"/tmp/{name}")).Succeeded();

    private static Task IsAsync(AppCheckout app, HealthStatus health, string? problem) => Eventually.TrueAsync($"it is {health}", Patience, async () =>
        await app.InstanceAsync("web.1") is var instance && instance.Health == health && instance.HealthProblem == problem);

    private static bool SomethingHangs() => Directory.GetDirectories("/proc").Any(process =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"), Encoding.UTF8).Contains("sleep\u000098761", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
