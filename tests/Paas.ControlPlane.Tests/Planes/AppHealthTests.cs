using Paas.Contracts.Api;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>The health checks of <c>app.json</c>.</summary>
public sealed class AppHealthTests : PlaneTest
{
    private const string Gate = """{ "healthchecks": { "web": [{ "type": "startup", "name": "db", "command": ["check"], "attempts": 1, "wait": 1 }] } }""";
    private const string Alive = """{ "healthchecks": { "web": [{ "type": "liveness", "command": ["alive"], "attempts": 2, "wait": 1 }] } }""";

    [Fact]
    public async Task A_startup_check_that_fails_refuses_the_release_and_one_that_passes_lets_it_serve()
    {
        await CreateAsync("hello");
        var (lines, result) = await PushBothAsync("hello", Gate, "web: listen");
        Assert.Equal(BuildStatus.Failed, result.Status);
        Assert.Contains(lines, line => line.Contains("web.1 of v1 runs, but its startup check failed: db: exit status 7: ", StringComparison.Ordinal));
        Node.ExecStatus = 0;
        Assert.Equal(BuildStatus.Succeeded, (await PushBothAsync("hello", Gate, "web: listen")).Result.Status);
    }

    [Theory]
    [InlineData("""{ "listening": true, "attempts": 1, "wait": 1 }""", "listen", null)]
    [InlineData("""{ "listening": true, "attempts": 1, "wait": 1 }""", "listen elsewhere", "its startup check failed: nothing listens on port 5000")]
    [InlineData("""{ "path": "/up", "attempts": 1, "wait": 1 }""", "listen elsewhere", "its startup check failed: nothing listens on port 5000")]
    [InlineData("""{ "path": "/up", "attempts": 1, "wait": 1, "warn": true }""", "listen elsewhere", null)]
    // It takes the place of the check that a connection is accepted.
    [InlineData("""{ "uptime": 1 }""", "listen elsewhere", null)]
    public async Task Each_kind_is_asked(string check, string command, string? problem)
    {
        await CreateAsync("hello");
        var (lines, result) = await PushBothAsync("hello", $$"""{ "healthchecks": { "web": [{{check}}] } }""", $"web: {command}");
        Assert.Equal(problem is null ? BuildStatus.Succeeded : BuildStatus.Failed, result.Status);
        if (problem is not null) Assert.Contains(lines, line => line.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_instance_that_is_not_alive_any_more_is_replaced()
    {
        Node.ExecStatus = 0;
        await CreateAsync("hello");
        Assert.Equal(BuildStatus.Succeeded, (await PushBothAsync("hello", Alive, "web: listen")).Result.Status);
        var first = Assert.Single(await InstancesAsync("hello"));
        Assert.Equal(HealthStatus.Healthy, first.Health);
        Node.ExecStatus = 1;
        await EventuallyAsync(async () => (await InstancesAsync("hello")).Any(instance => instance.ContainerId != first.ContainerId), "another one is started");
        Node.ExecStatus = 0;
        await EventuallyAsync(
            async () => await InstancesAsync("hello") is [{ Status: InstanceStatus.Up, Health: HealthStatus.Healthy } only] && only.ContainerId != first.ContainerId, "it alone is left");
    }

    [Fact]
    public async Task They_belong_to_the_release_and_come_back_with_it()
    {
        Node.ExecStatus = 0;
        await CreateAsync("hello");
        await PushBothAsync("hello", Gate, "web: listen");
        Assert.Equal(BuildStatus.Succeeded, (await PushBothAsync("hello", "{}", "web: listen\n")).Result.Status);
        Node.ExecStatus = 7;
        Assert.Equal(BuildStatus.Succeeded, (await PushBothAsync("hello", "{}", "web: listen\n\n")).Result.Status);
        var refused = await Assert.ThrowsAsync<Contracts.Errors.PaasException>(() => Platform.RollbackAsync("hello", new RollbackRequest(1), CancellationToken.None));
        Assert.Contains("its startup check failed", refused.Message, StringComparison.Ordinal);
    }
}
