using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Tests.Planes;

public sealed class BuildTests : PlaneTest
{
    [Fact]
    public async Task A_failing_build_says_why_and_the_old_release_serves_on()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var (lines, result) = await PushAsync("hello", "broken");

        Assert.Equal((BuildStatus.Failed, (int?)null, "npm install failed with exit status 1"), (result.Status, result.Release, result.Error));
        Assert.Contains(" !     npm install failed with exit status 1", lines);
        Assert.Contains(" !     Run npm install yourself to see it.", lines);
        Assert.Equal(1, (await Platform.GetAppAsync("hello", CancellationToken.None)).CurrentRelease);
        Assert.Single(Router.App("hello")!.Endpoints);
    }

    [Fact]
    public async Task A_push_ends_with_what_it_made_and_what_its_time_went_to()
    {
        await CreateAsync("hello");
        var (lines, _) = await PushAsync("hello", "web: listen");
        var summary = lines.SkipWhile(line => !line.StartsWith("-----> Released", StringComparison.Ordinal)).ToList();
        Assert.Matches(@"^-----> Released v1 in \d+\.\d\d s$", summary[0]);
        Assert.Matches("^       Image [0-9a-f]{12}, 1.2 MB: 1 layer new \\(1 kB\\), 2 layers reused$", summary[1]);
        Assert.StartsWith("       Phases: detect 1.00 s, build 2.00 s", summary[2], StringComparison.Ordinal);
        Assert.Matches(@"^       Of it buildpacks 2\.50 s, the app's own start \d\.\d\d s, the platform \d\.\d\d s$", summary[3]);
        Assert.Equal("=====> Application deployed:", summary[4]);
        Assert.Matches(@"^       web\.1 … up after \d\.\d\d s$", lines.Single(line => line.Contains("web.1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Secrets_are_in_no_output_of_a_build()
    {
        await CreateAsync("hello");
        await Platform.ChangeConfigAsync(
            "hello", new ConfigChange(new Dictionary<string, string?> { ["LICENSE"] = "abc-def-ghi", ["GREETING"] = "good morning" }, ["LICENSE"]), CancellationToken.None);
        var (lines, result) = await PushAsync("hello", "tells");
        Assert.Contains("       LICENSE is ********", lines);
        Assert.Contains("       GREETING is good morning", lines);
        Assert.Equal("it failed with good morning ********", result.Error);
        Assert.DoesNotContain(lines, line => line.Contains("abc-def-ghi", StringComparison.Ordinal));

        Assert.Equal(["LICENSE"], (await Platform.GetConfigAsync("hello", CancellationToken.None)).Secrets);
        await Platform.ChangeConfigAsync("hello", new ConfigChange(new Dictionary<string, string?> { ["LICENSE"] = null }), CancellationToken.None);
        Assert.Empty((await Platform.GetConfigAsync("hello", CancellationToken.None)).Secrets!);
        var refused = await Assert.ThrowsAsync<PaasException>(() => Platform.ChangeConfigAsync(
            "hello", new ConfigChange(new Dictionary<string, string?> { ["A"] = "b" }, ["B"]), CancellationToken.None));
        Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
    }

    [Fact]
    public async Task Another_branch_is_accepted_and_not_deployed()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var (lines, result) = await PushAsync("hello", "web: listen\nclock: tick", branch: "topic");
        Assert.Equal((0, BuildStatus.Succeeded, (int?)null), (result.Build, result.Status, result.Release));
        Assert.Equal("-----> topic is not the branch that deploys: hello deploys main. Accepted, not deployed.", Assert.Single(lines));
        Assert.Single(Builder.Builds);
    }

    [Fact]
    public async Task The_branch_of_a_push_that_failed_is_not_adopted()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "broken", branch: "topic");
        Assert.Null((await Platform.GetAppAsync("hello", CancellationToken.None)).DeployBranch);
        await PushAsync("hello", "web: listen", branch: "trunk");
        Assert.Equal("trunk", (await Platform.GetAppAsync("hello", CancellationToken.None)).DeployBranch);
    }

    [Fact]
    public async Task The_newest_push_takes_the_place_of_the_one_that_waits()
    {
        await CreateAsync("hello");
        var gate = new TaskCompletionSource();
        Builder.Gate = gate.Task;
        var first = PushAsync("hello", "web: listen");
        await EventuallyAsync(() => Builder.Builds.Count == 1, "the first build runs");
        var second = PushAsync("hello", "web: listen\nworker: two");
        await EventuallyAsync(async () => (await Platform.ListBuildsAsync("hello", CancellationToken.None)).Count == 2, "the second waits");
        var third = PushAsync("hello", "web: listen\nworker: three");

        var superseded = await second;
        Assert.Equal(BuildStatus.Canceled, superseded.Result.Status);
        Assert.Equal(["-----> Waiting: 1 build goes first", " !     Build 3 took its place: a newer push came before this one began."], superseded.Lines);
        gate.SetResult();
        Assert.Equal((BuildStatus.Succeeded, 1), ((await first).Result.Status, (await first).Result.Release));
        var last = await third;
        Assert.Equal((BuildStatus.Succeeded, 2), (last.Result.Status, last.Result.Release));
        Assert.Equal("-----> Takes the place of build 2, which had not begun", last.Lines[0]);
        Assert.Equal([1, 3], Builder.Builds.Select(build => build.Number));
    }

    [Fact]
    public async Task A_build_is_cancelled_while_it_runs_and_while_it_waits()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var gate = new TaskCompletionSource();
        Builder.Gate = gate.Task;
        var running = PushAsync("hello", "web: listen\nworker: two");
        await EventuallyAsync(() => Builder.Builds.Count == 2, "the build runs");
        var waiting = PushAsync("hello", "web: listen\nworker: three");
        await EventuallyAsync(async () => (await Platform.ListBuildsAsync("hello", CancellationToken.None)).Count == 3, "another waits");

        Assert.Equal(BuildStatus.Canceled, (await Platform.CancelBuildAsync("hello", 3, CancellationToken.None)).Status);
        Assert.Equal(BuildStatus.Canceled, (await Platform.CancelBuildAsync("hello", 2, CancellationToken.None)).Status);
        Assert.Equal((BuildStatus.Canceled, "it was cancelled"), ((await waiting).Result.Status, (await waiting).Result.Error));
        Assert.Contains(" !     This build was cancelled before it began.", (await waiting).Lines);
        Assert.Equal(BuildStatus.Canceled, (await running).Result.Status);
        Assert.Contains(" !     Push rejected: hello was not deployed.", (await running).Lines);

        gate.SetResult();
        Assert.Equal(BuildStatus.Succeeded, (await PushAsync("hello", "web: listen\nworker: four")).Result.Status);
        Assert.Equal([1, 2, 4], Builder.Builds.Select(build => build.Number));
        foreach (var (number, code) in new[] { (2, ErrorCode.Conflict), (4, ErrorCode.Conflict), (9, ErrorCode.NotFound) })
            Assert.Equal(code, (await Assert.ThrowsAsync<PaasException>(() => Platform.CancelBuildAsync("hello", number, CancellationToken.None))).Code);
    }

    [Fact]
    public async Task Builds_of_two_apps_wait_for_each_other_where_one_may_run()
    {
        await CreateAsync("one");
        await CreateAsync("two");
        var gate = new TaskCompletionSource();
        Builder.Gate = gate.Task;
        var pushes = new[] { PushAsync("one", "web: listen"), PushAsync("two", "web: listen") };
        await EventuallyAsync(
            async () => (await Platform.ListBuildsAsync("one", CancellationToken.None)).Count == 1 && (await Platform.ListBuildsAsync("two", CancellationToken.None)).Count == 1,
            "both are recorded");
        await EventuallyAsync(() => Builder.Builds.Count == 1, "one runs");
        Assert.Single(Builder.Builds);
        gate.SetResult();
        Assert.All(await Task.WhenAll(pushes), push => Assert.Equal(BuildStatus.Succeeded, push.Result.Status));
    }

    [Fact]
    public async Task Every_reader_gets_all_of_the_output_and_exactly_one_result()
    {
        await CreateAsync("hello");
        var gate = new TaskCompletionSource();
        Builder.Gate = gate.Task;
        var pusher = PushAsync("hello", "web: listen");
        await EventuallyAsync(() => Builder.Builds.Count == 1, "the build runs");
        var readers = Enumerable.Range(0, 5).Select(_ => ReadAsync(Platform.ReadBuildOutputAsync("hello", 1, CancellationToken.None))).ToList();
        gate.SetResult();
        var expected = (await pusher).Lines;
        foreach (var reader in readers) Assert.Equal(expected, (await reader).Lines);
        var late = await ReadAsync(Platform.ReadBuildOutputAsync("hello", 1, CancellationToken.None));
        Assert.Equal(expected, late.Lines);
        Assert.Equal((1, BuildStatus.Succeeded, 1), (late.Result.Build, late.Result.Status, late.Result.Release));
        Assert.Throws<PaasException>(() => Platform.ReadBuildOutputAsync("hello", 9, CancellationToken.None));
    }

    [Fact]
    public async Task A_pusher_that_goes_away_does_not_stop_the_build()
    {
        await CreateAsync("hello");
        var gate = new TaskCompletionSource();
        Builder.Gate = gate.Task;
        using var cancel = new CancellationTokenSource();
        var push = ReadAsync(Platform.SubmitBuildAsync("hello", new BuildSource(null, "main"), Source("web: listen"), cancel.Token));
        await EventuallyAsync(() => Builder.Builds.Count == 1, "the build runs");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => push);
        gate.SetResult();
        await EventuallyAsync(async () => (await Platform.ListBuildsAsync("hello", CancellationToken.None))[0].Status == BuildStatus.Succeeded, "it succeeds");
    }

    [Fact]
    public async Task Bad_sources_are_refused_and_leave_nothing()
    {
        await CreateAsync("hello");
        Assert.Equal(ErrorCode.InvalidRequest, (await Assert.ThrowsAsync<PaasException>(() => PushAsync("hello", ""))).Code);
        Assert.Equal(ErrorCode.AppNotFound, (await Assert.ThrowsAsync<PaasException>(() => PushAsync("nobody", "web: listen"))).Code);
        await Plane.DisposeAsync();
        Plane = await Plane.StartAsync(Options with { MaxSourceBytes = 8 }, Node, Builder);
        Assert.Equal(ErrorCode.TooLarge, (await Assert.ThrowsAsync<PaasException>(() => PushAsync("hello", "web: listen"))).Code);
        Assert.Empty(await Platform.ListBuildsAsync("hello", CancellationToken.None));
        Assert.DoesNotContain(
            System.IO.Directory.EnumerateFiles(Path.Combine(Options.DataDirectory, "builds", ".sources", "blobs"), "*", SearchOption.AllDirectories),
            path => new FileInfo(path).Length > 0);
    }

    [Fact]
    public async Task The_newest_builds_are_kept_and_the_live_one()
    {
        await Plane.DisposeAsync();
        Plane = await Plane.StartAsync(Options with { BuildRetention = 2 }, Node, Builder);
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        for (var push = 0; push < 4; push++) await PushAsync("hello", "broken");
        Assert.Equal([5, 4, 1], (await Platform.ListBuildsAsync("hello", CancellationToken.None)).Select(build => build.Number));
        Assert.False(System.IO.Directory.Exists(Path.Combine(Options.DataDirectory, "builds", "hello", "2")));
        Assert.NotEmpty((await ReadAsync(Platform.ReadBuildOutputAsync("hello", 1, CancellationToken.None))).Lines);
    }

    [Fact]
    public async Task The_whole_path_leaves_its_marks()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var build = Assert.Single(await Platform.ListBuildsAsync("hello", CancellationToken.None));
        Assert.Equal((BuildStatus.Succeeded, "main", "First", "Ada", 1), (build.Status, build.Branch, build.Message, build.Author, build.Release));
        Assert.NotNull(build.EndedAt);
        Assert.Empty(Plane.Get<BuildStore>().Unfinished());
        await EventuallyAsync(
            async () => (await Platform.ListDeploymentsAsync("hello", CancellationToken.None))[0].Status == DeploymentStatus.Succeeded, "the deployment ends");
        var deployment = Assert.Single(await Platform.ListDeploymentsAsync("hello", CancellationToken.None));
        Assert.Equal(
            [DeploymentStatus.Pending, DeploymentStatus.Starting, DeploymentStatus.Checking, DeploymentStatus.Switching, DeploymentStatus.Draining, DeploymentStatus.Succeeded],
            deployment.Steps.Select(step => step.Status));
        Assert.Equal(1, deployment.Build);
        var log = await LogAsync("hello");
        Assert.Contains("web.1 of v1 is up", log);
        Assert.Contains("v1 is live", log);
    }

    private async Task<List<string>> LogAsync(string app)
    {
        var lines = new List<string>();
        await EventuallyAsync(
            async () =>
            {
                lines.Clear();
                await foreach (var line in Platform.ReadLogsAsync(app, new LogQuery(Source: "paas"), CancellationToken.None)) lines.Add(line.Text);
                return lines.Contains("build 1: succeeded");
            },
            "the log is written");
        return lines;
    }
}
