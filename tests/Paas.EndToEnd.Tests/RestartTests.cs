using Paas.Contracts.Api;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests;

/// <summary><c>paas restart</c>, under traffic.</summary>
[Collection(ServerCollection.Name)]
public sealed class RestartTests(ServerFixture fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [RootFact]
    public async Task It_replaces_every_instance_and_fails_no_request()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "restarted");
        (await app.PushAsync()).Succeeded();
        (await app.PaasAsync("scale", "web=2")).Succeeded();
        var before = await app.InstancesAsync();

        await using var traffic = new Traffic(app);
        await traffic.WaitForRequestsAsync(100);
        Assert.Equal("Restarting restarted... done\n", (await app.PaasAsync("restart")).Succeeded().Stderr);
        Assert.Equal("Restarting web.2 of restarted... done\n", (await app.PaasAsync("ps:restart", "web.2")).Succeeded().Stderr);
        await traffic.WaitForRequestsAsync(100);
        await Eventually.TrueAsync("only new instances are left", Patience, async () =>
            await app.InstancesAsync() is [{ Name: "web.1", Status: InstanceStatus.Up, Release: 1 } one, { Name: "web.2", Status: InstanceStatus.Up, Release: 1 } two]
            && before.All(old => old.ContainerId != one.ContainerId && old.ContainerId != two.ContainerId));
        Assert.Empty(traffic.Failures);

        var unknown = await app.PaasAsync("restart", "clock");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("restarted has no process clock", unknown.Stderr, StringComparison.Ordinal);
        Assert.Contains("What runs is web.1, web.2.", unknown.Stderr, StringComparison.Ordinal);
        Assert.Contains("If clock is the app: paas restart -a clock", unknown.Stderr, StringComparison.Ordinal);
    }
}
