using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Tests.Planes;

public sealed class AppRestartTests : PlaneTest
{
    [Fact]
    public async Task Everything_is_replaced_and_somebody_always_serves()
    {
        var before = await ServingAsync(web: 2, worker: 1);
        var tables = Router.Taken.Count;

        await RestartAsync();

        await EventuallyAsync(
            async () => !(await InstancesAsync("hello")).Any(instance => instance.Status == InstanceStatus.Up && before.Contains(instance.ContainerId)),
            "the instances before it are on their way out");
        var after = (await InstancesAsync("hello")).Where(instance => instance.Status == InstanceStatus.Up).ToList();
        Assert.Equal(["web.1", "web.2", "worker.1"], after.Select(instance => instance.Name));
        Assert.All(after, instance => Assert.DoesNotContain(instance.ContainerId, before));
        Assert.Equal(after.Where(instance => instance.Type == "web").Select(instance => $"{instance.Address}:5000"), Router.App("hello")!.Endpoints.Select(endpoint => endpoint.Address));
        Assert.All(Router.Taken.Skip(tables), table => Assert.Equal(2, table.Apps.Single(app => app.Name == "hello").Endpoints.Count));
        await EventuallyAsync(() => !Node.Ids.Intersect(before).Any(), "the instances before it stop");
        Assert.Equal(1, Assert.Single(await Platform.ListReleasesAsync("hello", CancellationToken.None)).Version);
    }

    [Fact]
    public async Task What_still_answers_somebody_comes_after_what_took_its_place()
    {
        await ServingAsync(web: 1, worker: 0);
        Router.Loads[Assert.Single(Router.App("hello")!.Endpoints).Address] = 1;

        await RestartAsync();

        Assert.Equal([InstanceStatus.Up, InstanceStatus.Stopping], (await InstancesAsync("hello")).Select(instance => instance.Status));
        Router.Loads.Clear();
        await EventuallyAsync(async () => (await InstancesAsync("hello")).Count == 1, "the one before stops once it is idle");
    }

    [Fact]
    public async Task Only_what_is_named_is_replaced()
    {
        var before = await ServingAsync(web: 2, worker: 1);

        await RestartAsync("web.2");
        await RestartAsync("worker");

        var after = (await InstancesAsync("hello")).Where(instance => instance.Status == InstanceStatus.Up).ToDictionary(instance => instance.Name, instance => instance.ContainerId);
        Assert.Equal([true, false, false], new[] { "web.1", "web.2", "worker.1" }.Select(name => before.Contains(after[name])));
    }

    [Theory]
    [InlineData(LoopbackNode.ExitAtOnce, "web.1 was not restarted: web.1 of v1 ended with exit status 1")]
    [InlineData(LoopbackNode.Refuse, "web.1 was not restarted: web.1 could not be started: the node has no room")]
    public async Task What_does_not_come_up_again_keeps_running_as_it_was(string instead, string message)
    {
        var before = await ServingAsync(web: 1, worker: 0);
        Node.Instead = instead;

        var error = await FailsAsync(ErrorCode.DeploymentFailed, () => RestartAsync());

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        await EventuallyAsync(async () => (await InstancesAsync("hello")) is [{ Status: InstanceStatus.Up } only] && before.Contains(only.ContainerId), "only the one before is left");
        Assert.Single(Router.App("hello")!.Endpoints);
        Node.Instead = null;
        await RestartAsync();
        Assert.Single(Router.App("hello")!.Endpoints);
    }

    [Fact]
    public async Task A_new_paasd_ends_what_the_one_before_began()
    {
        var before = await ServingAsync(web: 2, worker: 1);
        Node.Instead = LoopbackNode.ListenElsewhere;
        using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Platform.RestartAsync("hello", new RestartRequest(["web"]), impatient.Token));
        await Plane.DisposeAsync();
        foreach (var young in Node.Ids.Except(before)) await Node.RemoveAsync(young, CancellationToken.None);
        Node.Instead = null;

        Plane = await Plane.StartAsync(Options, Node, Builder);

        await EventuallyAsync(
            async () => (await InstancesAsync("hello")) is [{ Name: "web.1" } one, { Name: "web.2" } two, { Name: "worker.1" } worker]
                && !before.Contains(one.ContainerId) && !before.Contains(two.ContainerId) && before.Contains(worker.ContainerId),
            "both web instances are replaced, and nothing else");
    }

    [Fact]
    public async Task What_cannot_be_restarted_is_said()
    {
        await CreateAsync("hello");
        Assert.Equal("hello has no release to restart", (await FailsAsync(ErrorCode.Conflict, () => RestartAsync())).Message);
        await ServingAsync(web: 0, worker: 1, create: false);

        Assert.Equal(
            ("no web of hello runs that could be restarted", "paas scale web=1 -a hello starts one."), Said(await FailsAsync(ErrorCode.Conflict, () => RestartAsync("web"))));
        Assert.Equal(("hello has no process web.1", "What runs is worker.1."), Said(await FailsAsync(ErrorCode.NotFound, () => RestartAsync("web.1"))));
        Assert.Equal(("hello has no process clock", "What runs is worker.1."), Said(await FailsAsync(ErrorCode.NotFound, () => RestartAsync("worker", "clock"))));

        await Platform.ScaleAsync("hello", new ScaleRequest(new Dictionary<string, int> { ["worker"] = 0 }), CancellationToken.None);
        Assert.Equal(
            ("nothing of hello runs that could be restarted", "paas scale web=1 -a hello starts one."), Said(await FailsAsync(ErrorCode.Conflict, () => RestartAsync())));
        await FailsAsync(ErrorCode.AppNotFound, () => Platform.RestartAsync("nobody", new RestartRequest(), CancellationToken.None));
    }

    private static (string, string?) Said(PaasException error) => (error.Message, error.Hint);

    private async Task<IReadOnlySet<string>> ServingAsync(int web, int worker, bool create = true)
    {
        if (create) await CreateAsync("hello");
        await PushAsync("hello", "web: listen\nworker: work");
        await Platform.ScaleAsync("hello", new ScaleRequest(new Dictionary<string, int> { ["web"] = web, ["worker"] = worker }), CancellationToken.None);
        return (await InstancesAsync("hello")).Select(instance => instance.ContainerId).ToHashSet();
    }

    private Task<IReadOnlyList<InstanceDocument>> RestartAsync(params string[] processes) =>
        Platform.RestartAsync("hello", new RestartRequest(processes), CancellationToken.None);
}
