using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Tests.Planes;

public sealed class DeploymentTests : PlaneTest
{
    [Fact]
    public async Task A_push_builds_releases_and_serves()
    {
        await CreateAsync("hello");
        var (lines, result) = await PushAsync("hello", "web: listen\nworker: work");

        Assert.Equal(BuildStatus.Succeeded, result.Status);
        Assert.Equal(1, result.Release);
        Assert.Equal(["http://hello.localhost:8080"], result.Urls);
        Assert.Equal(["-----> Building hello", "-----> Deploying v1"], lines.Take(2));
        Assert.StartsWith("       web.1 … up after ", lines[2], StringComparison.Ordinal);
        Assert.Equal(["=====> Application deployed:", "       http://hello.localhost:8080"], lines.TakeLast(2));
        var instance = Assert.Single(await InstancesAsync("hello"));
        Assert.Equal(("web.1", InstanceStatus.Up, 1), (instance.Name, instance.Status, instance.Release));
        Assert.Equal($"{instance.Address}:5000", Assert.Single(Router.App("hello")!.Endpoints).Address);
        var app = await Platform.GetAppAsync("hello", CancellationToken.None);
        Assert.Equal((AppStatus.Running, "main", 1), (app.Status, app.DeployBranch, app.CurrentRelease));
        Assert.Equal([("web", 1), ("worker", 0)], app.Formation.Select(entry => (entry.Type, entry.Quantity)));
    }

    [Fact]
    public async Task The_instance_gets_its_config_and_its_place()
    {
        await CreateAsync("hello");
        Assert.Null(await SetAsync("hello", ("GREETING", "hi")));
        await PushAsync("hello", "web: listen");

        var env = Assert.Single(Node.Started).Env;
        Assert.Equal(
            ("hi", "5000", "hello", "web.1", "v1"),
            (env["GREETING"], env["PORT"], env["PAAS_APP"], env["PAAS_INSTANCE"], env["PAAS_RELEASE"]));
        Assert.Equal("hi", Builder.Builds[0].Env["GREETING"]);
    }

    [Fact]
    public async Task The_new_release_serves_before_the_old_one_stops_and_the_old_one_drains()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var old = Assert.Single(await InstancesAsync("hello"));
        Router.Loads[$"{old.Address}:5000"] = 1;

        await PushAsync("hello", "web: listen\nworker: work");

        Assert.Contains(old.ContainerId, Node.Ids);
        Assert.DoesNotContain(Router.App("hello")!.Endpoints, endpoint => endpoint.Address == $"{old.Address}:5000");
        Assert.Equal(DeploymentStatus.Draining, (await Platform.ListDeploymentsAsync("hello", CancellationToken.None))[0].Status);
        Router.Loads.Clear();
        await EventuallyAsync(() => !Node.Ids.Contains(old.ContainerId), "the old instance stops once it is idle");
        await EventuallyAsync(
            async () => (await Platform.ListDeploymentsAsync("hello", CancellationToken.None))[0].Status == DeploymentStatus.Succeeded, "the deployment ends");
        Assert.All(Router.Taken.SkipWhile(table => !Serves(table)), table => Assert.True(Serves(table), "a table without an endpoint was sent"));

        static bool Serves(Contracts.Routing.RouterSnapshot table) => table.Apps.Any(app => app.Name == "hello" && app.Endpoints.Count > 0);
    }

    [Fact]
    public async Task A_process_that_exits_fails_the_push_at_once_and_says_why()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var (lines, result) = await PushAsync("hello", "web: exit 1");

        Assert.Equal(BuildStatus.Failed, result.Status);
        Assert.Contains(" !     v2 of hello did not go live. web.1 of v2 ended with exit status 1 after 0.2 s", lines);
        Assert.Contains(" !         Error: Cannot find module 'express'", lines);
        var app = await Platform.GetAppAsync("hello", CancellationToken.None);
        Assert.Equal(1, app.CurrentRelease);
        await EventuallyAsync(async () => (await InstancesAsync("hello")) is [{ Release: 1 }], "only the old release is left");
        Assert.Single(Router.App("hello")!.Endpoints);
    }

    [Fact]
    public async Task A_process_on_another_port_fails_the_push_and_names_both_ports()
    {
        await CreateAsync("hello");
        var (lines, result) = await PushAsync("hello", "web: listen elsewhere");

        Assert.Equal(BuildStatus.Failed, result.Status);
        Assert.Contains(lines, line => line.Contains("nothing accepted a connection on port 5000 within 1.5 s", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("It listens on port 3000.", StringComparison.Ordinal));
        await EventuallyAsync(() => Node.Ids.Count == 0, "a failed first deployment leaves nothing running");
        var app = await Platform.GetAppAsync("hello", CancellationToken.None);
        Assert.Equal((AppStatus.Empty, (int?)null, (string?)null), (app.Status, app.CurrentRelease, app.DeployBranch));
    }

    [Fact]
    public async Task A_container_that_cannot_be_made_fails_the_push()
    {
        await CreateAsync("hello");
        var (lines, result) = await PushAsync("hello", "web: refuse");
        Assert.Equal(BuildStatus.Failed, result.Status);
        Assert.Contains(lines, line => line.Contains("web.1 could not be started: the node has no room", StringComparison.Ordinal));
        Assert.Empty(Node.Ids);
    }

    [Fact]
    public async Task A_worker_only_app_deploys_with_nothing_running_and_says_what_to_do()
    {
        await CreateAsync("jobs");
        var (lines, result) = await PushAsync("jobs", "worker: work");
        Assert.Equal(BuildStatus.Succeeded, result.Status);
        Assert.Contains("       No process runs yet; start one: paas scale worker=1 -a jobs", lines);
        Assert.Equal(AppStatus.Stopped, (await Platform.GetAppAsync("jobs", CancellationToken.None)).Status);

        await ScaleAsync("jobs", ("worker", 2));
        Assert.Equal(["worker.1", "worker.2"], (await InstancesAsync("jobs")).Select(instance => instance.Name));
        Assert.Empty(Router.App("jobs")!.Endpoints);
    }

    [Fact]
    public async Task Scaling_returns_when_the_router_serves_what_was_asked_for()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");

        await ScaleAsync("hello", ("web", 3));
        Assert.Equal(["web.1", "web.2", "web.3"], Router.App("hello")!.Endpoints.Select(endpoint => endpoint.Name));

        await ScaleAsync("hello", ("web", 0));
        Assert.Empty(Router.App("hello")!.Endpoints);
        Assert.Equal("hello is scaled to zero; paas scale web=1 -a hello", Router.App("hello")!.Reason);
        await EventuallyAsync(() => Node.Ids.Count == 0, "all instances stop");
        Assert.Equal(AppStatus.Stopped, (await Platform.GetAppAsync("hello", CancellationToken.None)).Status);

        await ScaleAsync("hello", ("web", 1));
        Assert.Single(Router.App("hello")!.Endpoints);
    }

    [Fact]
    public async Task Scaling_refuses_what_cannot_be()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        await FailsAsync(ErrorCode.NotFound, () => ScaleAsync("hello", ("clock", 1)));
        await FailsAsync(ErrorCode.InvalidRequest, () => ScaleAsync("hello", ("web", 101)));
        await FailsAsync(ErrorCode.InvalidRequest, () => ScaleAsync("hello", ("web", -1)));
        await FailsAsync(ErrorCode.AppNotFound, () => ScaleAsync("nobody", ("web", 1)));
        Assert.Equal(1, (await Platform.GetFormationAsync("hello", CancellationToken.None)).Single().Quantity);
    }

    [Fact]
    public async Task A_config_change_is_a_release_and_a_rollback_brings_back_image_and_config()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var second = await SetAsync("hello", ("GREETING", "hi"));
        Assert.Equal((2, ReleaseReason.Config, "Set GREETING config var"), (second!.Version, second.Reason, second.Description));
        Assert.Equal("hi", Node.Started[^1].Env["GREETING"]);

        var third = await Platform.RollbackAsync("hello", new RollbackRequest(null), CancellationToken.None);
        Assert.Equal((3, ReleaseReason.Rollback, "Rollback to v1"), (third.Version, third.Reason, third.Description));
        Assert.Equal(["GIT_REV"], (await Platform.GetConfigAsync("hello", CancellationToken.None)).Vars.Keys);
        Assert.DoesNotContain("GREETING", Node.Started[^1].Env.Keys);
        Assert.Equal([3, 2, 1], (await Platform.ListReleasesAsync("hello", CancellationToken.None)).Select(release => release.Version));
        await FailsAsync(ErrorCode.NotFound, () => Platform.RollbackAsync("hello", new RollbackRequest(9), CancellationToken.None));
        await FailsAsync(ErrorCode.Conflict, () => Platform.RollbackAsync("hello", new RollbackRequest(3), CancellationToken.None));
    }

    [Fact]
    public async Task A_rollback_without_a_version_goes_to_what_served()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        await PushAsync("hello", "web: exit 1");
        await PushAsync("hello", "web: listen\nworker: work");
        var releases = await Platform.ListReleasesAsync("hello", CancellationToken.None);
        Assert.Equal([(3, true, true), (2, false, false), (1, false, true)], releases.Select(release => (release.Version, release.Live, release.Served)));
        Assert.Equal("Rollback to v1", (await Platform.RollbackAsync("hello", new RollbackRequest(null), CancellationToken.None)).Description);
    }

    [Fact]
    public async Task A_secret_that_a_rollback_brings_back_is_one_still()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        await Platform.ChangeConfigAsync("hello", new ConfigChange(new Dictionary<string, string?> { ["KEY"] = "v" }, ["KEY"]), CancellationToken.None);
        await Platform.RollbackAsync("hello", new RollbackRequest(1), CancellationToken.None);
        Assert.Empty((await Platform.GetConfigAsync("hello", CancellationToken.None)).Secrets!);
        await Platform.RollbackAsync("hello", new RollbackRequest(2), CancellationToken.None);
        Assert.Equal(["KEY"], (await Platform.GetConfigAsync("hello", CancellationToken.None)).Secrets);

        await SetAsync("hello", ("KEY", null));
        await SetAsync("hello", ("KEY", "no secret"));
        Assert.Empty((await Platform.GetConfigAsync("hello", CancellationToken.None)).Secrets!);
    }

    [Fact]
    public async Task A_config_change_that_breaks_the_app_is_undone()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        await Router.DisposeAsync();
        var error = await FailsAsync(ErrorCode.DeploymentFailed, () => SetAsync("hello", ("GREETING", "hi")));
        Assert.Contains("the router did not take the new endpoints", error.Message, StringComparison.Ordinal);
        Assert.Equal(["GIT_REV"], (await Platform.GetConfigAsync("hello", CancellationToken.None)).Vars.Keys);
        Assert.Equal(1, (await Platform.GetAppAsync("hello", CancellationToken.None)).CurrentRelease);
        Router = await TestRouter.StartAsync(RouterSocket, Router.Snapshot);
        await EventuallyAsync(
            async () => (await InstancesAsync("hello")) is [{ Release: 1 }], "the instance of the failed release stops once the router has let go of it");
        Assert.Single(Node.Ids);
    }

    [Fact]
    public async Task A_process_that_its_supervisor_restarts_is_checked_again_and_serves()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var before = Assert.Single(await InstancesAsync("hello"));
        Node.Crash(before.ContainerId);
        await EventuallyAsync(async () => (await InstancesAsync("hello")) is [{ Status: InstanceStatus.Up, Restarts: 1 }], "the restarted process is up");
        var after = Assert.Single(await InstancesAsync("hello"));
        Assert.Equal(("exit status 137", before.ContainerId), (after.LastExit, after.ContainerId));
        await EventuallyAsync(() => Router.App("hello")!.Endpoints.Count == 1, "it is routed again");
    }

    [Fact]
    public async Task An_instance_whose_supervisor_died_is_replaced()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var before = Assert.Single(await InstancesAsync("hello"));
        Node.Lose(before.ContainerId);
        await EventuallyAsync(
            async () => (await InstancesAsync("hello")) is [{ Status: InstanceStatus.Up } only] && only.ContainerId != before.ContainerId, "another container serves");
        Assert.DoesNotContain(before.ContainerId, Node.Ids);
    }

    [Fact]
    public async Task Destroying_an_app_leaves_nothing_of_it()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        await Platform.DestroyAppAsync("hello", CancellationToken.None);

        Assert.Empty(Node.Ids);
        await EventuallyAsync(() => Router.App("hello") is null, "its route is gone");
        Assert.NotNull(Router.App("paas"));
        await FailsAsync(ErrorCode.AppNotFound, () => Platform.GetAppAsync("hello", CancellationToken.None));
        foreach (var directory in new[] { "git/hello.git", "logs/hello", "builds/hello" })
            Assert.False(System.IO.Directory.Exists(Path.Combine(Options.DataDirectory, directory)), directory);

        await CreateAsync("hello");
        var (_, result) = await PushAsync("hello", "web: listen");
        Assert.Equal((1, 1), (result.Build, result.Release));
    }

    [Fact]
    public async Task Destroying_an_app_ends_its_builds_for_whoever_reads_them()
    {
        await CreateAsync("hello");
        var gate = new TaskCompletionSource();
        Builder.Gate = gate.Task;
        var push = Task.Run(() => PushAsync("hello", "web: listen"));
        await EventuallyAsync(() => Builder.Builds.Count == 1, "the build runs");
        await Platform.DestroyAppAsync("hello", CancellationToken.None);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<PaasException>(() => push.WaitAsync(TimeSpan.FromSeconds(20)))).Code);

        gate.SetResult();
        await CreateAsync("hello");
        var (lines, result) = await PushAsync("hello", "web: listen");
        Assert.Equal((1, BuildStatus.Succeeded), (result.Build, result.Status));
        Assert.Equal("-----> Building hello", lines[0]);
    }

    [Fact]
    public async Task What_went_wrong_with_a_destroyed_app_is_no_matter_to_the_next_of_its_name()
    {
        await CreateAsync("hello");
        Assert.Equal(BuildStatus.Failed, (await PushAsync("hello", "web: refuse")).Result.Status);
        await Platform.DestroyAppAsync("hello", CancellationToken.None);
        await CreateAsync("hello");
        var (_, result) = await PushAsync("hello", "web: listen");
        Assert.Equal((1, BuildStatus.Succeeded, (string?)null), (result.Release, result.Status, result.Error));
    }

    [Fact]
    public async Task A_destruction_that_was_cut_off_goes_on_and_only_then_the_name_is_free()
    {
        await CreateAsync("hello");
        await Platform.SetBuilderAsync("hello", new BuilderDocument(BuildDir: "web"), CancellationToken.None);
        await PushAsync("hello", "web: listen");
        Plane.Get<AppStore>().Delete("hello");
        await FailsAsync(ErrorCode.Conflict, () => CreateAsync("hello"));

        await Plane.DisposeAsync();
        Plane = await Plane.StartAsync(Options, Node, Builder);
        await EventuallyAsync(() => Plane.Get<AppStore>().EndedApps().Count == 0, "it is destroyed to the end");
        Assert.Empty(Node.Ids);
        foreach (var directory in new[] { "git/hello.git", "logs/hello", "builds/hello" })
            Assert.False(System.IO.Directory.Exists(Path.Combine(Options.DataDirectory, directory)), directory);
        await CreateAsync("hello");
        Assert.Null((await Platform.GetBuilderAsync("hello", CancellationToken.None)).BuildDir);
    }

    private Task<ReleaseDocument?> SetAsync(string app, params (string Name, string? Value)[] vars) =>
        Platform.ChangeConfigAsync(app, new ConfigChange(vars.ToDictionary(pair => pair.Name, pair => pair.Value)), CancellationToken.None);

    private Task ScaleAsync(string app, params (string Type, int Quantity)[] quantities) =>
        Platform.ScaleAsync(app, new ScaleRequest(quantities.ToDictionary(pair => pair.Type, pair => pair.Quantity)), CancellationToken.None);
}
