using System.Diagnostics;
using Paas.Contracts.Api;
using Paas.Contracts.Routing;
using Paas.ControlPlane.Store;
using Paas.Oci;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>paasd ends, well or by kill -9, and another one takes over what it left.</summary>
public sealed class RestartTests : PlaneTest
{
    [Fact]
    public async Task Running_containers_are_adopted_and_nothing_changes_for_visitors()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var before = Assert.Single(await InstancesAsync("hello"));
        var generation = Router.Snapshot.Generation;

        await Plane.DisposeAsync();
        Plane = await Plane.StartAsync(Options, Node, Builder);

        await EventuallyAsync(async () => (await InstancesAsync("hello")) is [{ Status: InstanceStatus.Up }], "the instance is up");
        Assert.Equal(before, Assert.Single(await InstancesAsync("hello")));
        Assert.Single(Node.Started);
        Assert.Equal(generation, Router.Snapshot.Generation);
        Assert.Equal(AppStatus.Running, (await Platform.GetAppAsync("hello", CancellationToken.None)).Status);
    }

    [Fact]
    public async Task A_build_that_kill_cut_off_is_done_again_from_its_stored_source()
    {
        await CreateAsync("hello");
        var gate = new TaskCompletionSource();
        Builder.Gate = gate.Task;
        var cut = PushAsync("hello", "web: listen");
        await EventuallyAsync(() => Builder.Builds.Count == 1, "the build runs");

        await using var survivor = await AfterKillAsync();
        await EventuallyAsync(async () => (await survivor.Platform.GetAppAsync("hello", CancellationToken.None)).CurrentRelease == 1, "the release is live");
        var (lines, result) = await ReadAsync(survivor.Platform.ReadBuildOutputAsync("hello", 1, CancellationToken.None));
        Assert.Equal(BuildStatus.Succeeded, result.Status);
        Assert.Contains("-----> The platform was restarted during this build; building again from the stored source", lines);
        gate.SetResult();
        await cut;
    }

    [Fact]
    public async Task A_build_that_ends_paasd_again_and_again_is_given_up()
    {
        await CreateAsync("hello");
        var gate = new TaskCompletionSource();
        Builder.Gate = gate.Task;
        var cut = PushAsync("hello", "web: listen");
        await EventuallyAsync(() => Builder.Builds.Count == 1, "the build runs");

        await using var survivor = await AfterKillAsync(attempts: 1);
        await EventuallyAsync(
            async () => (await survivor.Platform.ListBuildsAsync("hello", CancellationToken.None))[0].Status == BuildStatus.Abandoned, "the build is given up");
        var (lines, result) = await ReadAsync(survivor.Platform.ReadBuildOutputAsync("hello", 1, CancellationToken.None));
        Assert.Equal("it was cut off in each of its attempts (1)", result.Error);
        Assert.Contains(" !     The platform was restarted during this build and does not begin it again: it was cut off in each of its attempts (1).", lines);
        gate.SetResult();
        await cut;
    }

    [Fact]
    public async Task A_build_that_waited_is_run_after_a_restart_in_good_order()
    {
        await CreateAsync("hello");
        var gate = new TaskCompletionSource();
        Builder.Gate = gate.Task;
        var push = PushAsync("hello", "web: listen");
        await EventuallyAsync(() => Builder.Builds.Count == 1, "the build runs");
        await Plane.DisposeAsync();

        gate.SetResult();
        Plane = await Plane.StartAsync(Options, Node, Builder);
        await EventuallyAsync(async () => (await Platform.ListBuildsAsync("hello", CancellationToken.None))[0].Status == BuildStatus.Succeeded, "the build succeeds");
        Assert.Equal(2, Builder.Builds.Count);
        Assert.Single((await Platform.ListReleasesAsync("hello", CancellationToken.None)));
        _ = push;
    }

    [Fact]
    public async Task A_deployment_that_was_cut_off_goes_on()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        // What kill -9 between the release and its first container leaves.
        await Plane.DisposeAsync();
        using (var database = new Database(Path.Combine(Options.DataDirectory, "paas.db")))
        {
            new DeploymentStore(database, TimeProvider.System).Add(new ReleaseDraft(
                "hello", ReleaseReason.Config, "Set A config var", Digest.Compute("x"u8), new Dictionary<string, string> { ["A"] = "b" },
                new Dictionary<string, string> { ["web"] = "listen" }, 1));
        }

        Plane = await Plane.StartAsync(Options, Node, Builder);
        await EventuallyAsync(async () => (await Platform.GetAppAsync("hello", CancellationToken.None)).CurrentRelease == 2, "the release goes live");
        Assert.Equal("b", (await Platform.GetConfigAsync("hello", CancellationToken.None)).Vars["A"]);
        await EventuallyAsync(async () => (await InstancesAsync("hello")) is [{ Release: 2 }], "the old instance is gone");
    }

    [Fact]
    public async Task Containers_of_nobody_are_removed_and_missing_ones_are_made_again()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var lost = Assert.Single(await InstancesAsync("hello")).ContainerId;
        await Plane.DisposeAsync();
        var config = Node.Started[0];
        await Node.RemoveAsync(lost, CancellationToken.None);
        await Node.StartAsync(config with { Id = "nobodys" }, CancellationToken.None);

        Plane = await Plane.StartAsync(Options, Node, Builder);
        await EventuallyAsync(() => !Node.Ids.Contains("nobodys"), "the orphan is gone");
        await EventuallyAsync(async () => (await InstancesAsync("hello")) is [{ Status: InstanceStatus.Up } up] && up.ContainerId != lost, "a new container serves");
    }

    [Fact]
    public async Task Cache_mounts_of_nobody_go_at_the_start_and_with_their_app()
    {
        await CreateAsync("hello");
        await Plane.DisposeAsync();
        var mounts = Path.Combine(Options.DataDirectory, "cache", ".dockerfile", "mounts");
        foreach (var name in (string[])["hello/kept", "hello/kept-0f", "gone/x", "image.builds/x", ".removed-1"]) System.IO.Directory.CreateDirectory(Path.Combine(mounts, name));

        Plane = await Plane.StartAsync(Options, Node, Builder);
        Assert.Equal(["hello", "hello/kept", "image.builds", "image.builds/x"], Below(mounts));
        await Platform.DestroyAppAsync("hello", CancellationToken.None);
        Assert.Equal(["image.builds", "image.builds/x"], Below(mounts));
    }

    [Fact]
    public async Task A_router_that_lost_its_table_gets_it_again()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var table = Router.Snapshot;
        await Router.DisposeAsync();
        Router = await TestRouter.StartAsync(RouterSocket);
        await EventuallyAsync(() => Router.App("hello")?.Endpoints.Count == 1, "the router has the table");
        Assert.True(Router.Snapshot.Generation >= table.Generation);
    }

    [Fact]
    public async Task A_router_with_a_newer_table_of_another_database_is_overtaken()
    {
        await Router.DisposeAsync();
        Router = await TestRouter.StartAsync(RouterSocket, new RouterSnapshot(1_000, [new RoutedApp("old", ["old.localhost"], [])]));
        await CreateAsync("hello");
        await EventuallyAsync(() => Router.App("hello") is not null && Router.App("old") is null, "the router has our table");
        Assert.True(Router.Snapshot.Generation > 1_000);
    }

    private static IEnumerable<string> Below(string directory) =>
        System.IO.Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(directory, path)).Order(StringComparer.Ordinal);

    /// <summary>
    /// Another control plane on a copy of the files as they are at this moment: what kill -9 leaves. It has a node and a router of
    /// its own, since the one that was "killed" goes on here.
    /// </summary>
    private async Task<Survivor> AfterKillAsync(int attempts = 3)
    {
        var copy = Path.Combine(Directory, "after");
        System.IO.Directory.CreateDirectory(copy);
        using var cp = Process.Start("cp", ["-a", Options.DataDirectory, Path.Combine(copy, "data")]);
        await cp.WaitForExitAsync();
        Assert.Equal(0, cp.ExitCode);
        var options = Plane.Options(copy) with { BuildAttempts = attempts };
        var router = await TestRouter.StartAsync(Path.Combine(copy, "router.sock"));
        var node = new LoopbackNode(Path.Combine(options.DataDirectory, "logs"));
        return new Survivor(await Plane.StartAsync(options, node, new TestBuilder()), node, router);
    }

    private sealed class Survivor(Plane plane, LoopbackNode node, TestRouter router) : IAsyncDisposable
    {
        internal IPlatform Platform => plane.Platform;

        public async ValueTask DisposeAsync()
        {
            await plane.DisposeAsync();
            await router.DisposeAsync();
            node.Dispose();
        }
    }
}
