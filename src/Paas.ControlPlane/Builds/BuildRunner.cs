using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Paas.Build;
using Paas.Build.Manifests;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Buildpacks;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Git;
using Paas.ControlPlane.Logs;
using Paas.ControlPlane.Store;
using Paas.Images;

namespace Paas.ControlPlane.Builds;

/// <summary>Source → image, in containers: <see cref="AppBuilder.BuildAsync"/>.</summary>
internal delegate Task<BuildOutcome> BuildApp(BuildConfig config, Action<string> output, CancellationToken ct);

/// <summary>
/// Does one build from its stored source to its live release. Every step writes down what it reached before the next begins, so
/// that a build that was cut off goes on, or is done again, from there.
/// </summary>
internal sealed partial class BuildRunner(
    ControlPlaneOptions options,
    AppStore apps,
    BuildStore builds,
    DeploymentStore deployments,
    ReleaseStore releases,
    SourceStore sources,
    BuildOutputs outputs,
    BuildApp buildApp,
    FindBuildInputs findInputs,
    BuiltImages built,
    BuilderSettings builders,
    BuildpackSettings buildpacks,
    BuildExplanations explanations,
    BuildBills bills,
    Deployer deployer,
    DeployTasks tasks,
    GitRepositories repositories,
    GitSettings gitSettings,
    AppUrls urls,
    PlatformLog platformLog,
    ContentStore content,
    TimeProvider time,
    ILogger<BuildRunner> log) : IDisposable
{
    private readonly ConcurrentDictionary<(string App, int Number), RunningWork> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>
    /// Runs a build that has not ended; does nothing for any other. When cancelled, paasd is ending: the build stays as it is and is
    /// run again.
    /// </summary>
    internal async Task RunAsync(string app, int number, CancellationToken ct)
    {
        using var running = new RunningWork(CancellationToken.None);
        if (!_running.TryAdd((app, number), running)) return;
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, _stopping.Token);
            if (builds.Begin(app, number) is not { } build) return;
            var output = outputs.Open(app, number);
            output.Mask = new SecretMask(apps.Config(app), apps.SecretVars(app));
            await RunAsync(build, output, running, stop.Token);
        }
        finally
        {
            _running.TryRemove((app, number), out _);
            running.Ended.SetResult();
        }
    }

    /// <summary>Cancels a build that runs and waits for its end; does nothing for any other.</summary>
    internal async Task CancelAsync(string app, int number, CancellationToken ct)
    {
        if (!_running.TryGetValue((app, number), out var running)) return;
        running.Cancel();
        await running.Ended.Task.WaitAsync(ct);
    }

    /// <summary>Tells all builds to leave off; they go on with the next start of paasd.</summary>
    internal void Stop() => _stopping.Cancel();

    /// <summary>Waits until no build of the app runs any more.</summary>
    internal Task IdleAsync(string app) => Task.WhenAll(_running.Where(pair => pair.Key.App == app).Select(pair => pair.Value.Ended.Task));

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(BuildRecord build, BuildOutput output, RunningWork running, CancellationToken ct)
    {
        try
        {
            if (build.Release is null) await BuildOrCancelAsync(build, output, running, ct);
            else await ResumeDeploymentAsync(build, build.Release.Value, "The platform was restarted", output, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            output.Write(" !     The platform is being restarted; it goes on with this build when it is back.");
            throw;
        }
        catch (BuildException error)
        {
            Fail(build, output, error.Message, error.Hint);
        }
        catch (PaasException error)
        {
            Fail(build, output, error.Message, error.Hint);
        }
        catch (Exception error)
        {
            LogFailed(error, build.App, build.Number);
            Fail(build, output, $"The platform failed: {error.Message}", "This is not the app's fault; the log of paasd says more.");
        }
    }

    private async Task BuildOrCancelAsync(BuildRecord build, BuildOutput output, RunningWork running, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, running.Canceled);
        try
        {
            await BuildAsync(build, output, either.Token);
        }
        catch (OperationCanceledException) when (running.Canceled.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // Too late where its release was made in that moment.
            if (builds.Find(build.App, build.Number)?.Release is { } version) await ResumeDeploymentAsync(build, version, "Too late to be cancelled", output, ct);
            else Cancel(build, output);
        }
    }

    private void Cancel(BuildRecord build, BuildOutput output)
    {
        output.Write(" !     This build was cancelled.");
        output.Write($" !     Push rejected: {build.App} was not deployed.");
        End(build, BuildStatus.Canceled, BuildQueue.WasCanceled);
    }

    private async Task BuildAsync(BuildRecord build, BuildOutput output, CancellationToken ct)
    {
        if (Abandoned(build, output)) return;
        if (build.Attempts > 1) output.Write("-----> The platform was restarted during this build; building again from the stored source");
        platformLog.Write(build.App, $"build {build.Number} begins");
        var manifest = await SourceManifest.FindAsync(sources.PathOf(build.Tree), builders.Of(build.App).BuildDir, ct);
        var set = apps.Config(build.App);
        var additions = ManifestConfig.Additions(build.App, manifest, set);
        if (additions.Count > 0) output.Write($"-----> {AppManifest.FileName} sets {string.Join(", ", additions.Keys)}");
        if (manifest is { Cron.Count: > 0 }) output.Write($"-----> {AppManifest.FileName} has {manifest.Cron.Count} task{(manifest.Cron.Count == 1 ? "" : "s")} by the clock: paas cron -a {build.App}");
        apps.MarkSecret(build.App, [.. additions.Keys.Where(name => manifest!.Env[name].IsGenerated)], []);
        var config = set.With(additions);
        output.Mask = new SecretMask(config, apps.SecretVars(build.App));
        var summary = new PushSummary(time);
        // Until the release owns what the build makes.
        using var lease = content.Lease();
        var wanted = ConfigOf(build, config, manifest, output);
        var inputs = await findInputs(wanted, build.Tree.ToString(), ct);
        var former = await built.FindAsync(build, inputs, ct);
        if (former is not null) Take(build, former, output);
        var outcome = former?.Outcome ?? await buildApp(wanted, output.Write, ct);
        var (release, deployment) = (await deployer.DeployAsync(
            build.App,
            () => new ReleaseDraft(build.App, ReleaseReason.Build, Description(build), outcome.Image, gitSettings.ForRelease(build.App, apps.Config(build.App).With(additions), build.Source.Commit), outcome.Processes, build.Number, outcome.Port, manifest?.Formation)
            {
                Manifest = ReleaseManifest.Of(manifest),
            },
            made => output.Write($"-----> Deploying v{made.Version}"),
            progress =>
            {
                output.Write(progress.Line);
                if (progress.AppStart is { } took) summary.AppStarted(took);
            },
            ct,
            before: async draft => summary.TaskRan(await tasks.BeforeAsync(draft, manifest, output.Write, ct))))!.Value;
        await GoLiveAsync(build, release, deployment, ct);
        if (former is null) built.Keep(release, build.Number, inputs, outcome);
        summary.TaskRan(await tasks.AfterAsync(release, manifest, first: !HasServedBefore(release), output.Write, ct));
        foreach (var line in summary.Lines(release, outcome)) output.Write(line);
        Announce(build, release, output);
    }

    private BuildConfig ConfigOf(BuildRecord build, IReadOnlyDictionary<string, string> config, AppManifest? manifest, BuildOutput output) => new(
        build.App,
        build.Number,
        sources.PathOf(build.Tree),
        gitSettings.ForBuild(build.App, config),
        Path.Combine(outputs.DirectoryOf(build.App, build.Number), "work"),
        options.CacheDirectory)
    {
        Builder = builders.KindOf(build.App),
        Dockerfile = builders.Of(build.App).DockerfilePath,
        BuildDirectory = builders.Of(build.App).BuildDir,
        Buildpacks = buildpacks.SourcesOf(build.App),
        Manifest = manifest,
        Commit = build.Source.Commit,
        Branch = build.Source.Branch,
        BillsDirectory = bills.DirectoryOf(build.App, build.Number),
        Explained = report => explanations.Write(build.App, build.Number, report, output.Mask),
    };

    // Every task of the app and the deployment itself are done all the same: the processes get a new commit, and people push such
    // commits to have them started anew.
    private void Take(BuildRecord build, BuiltImage former, BuildOutput output)
    {
        output.Write($"-----> Nothing changed since v{former.Release}; its image is taken");
        output.Write($"       Build {former.Build} made it. To build all the same: paas ps:rebuild {build.App}");
        built.NoteTaken(build.App, build.Number, former.Build);
        explanations.Copy(build.App, former.Build, build.Number);
        bills.Copy(build.App, former.Build, build.Number);
    }

    private bool Abandoned(BuildRecord build, BuildOutput output)
    {
        var why = !sources.Contains(build.Tree) ? "its source is gone"
            : build.Attempts > options.BuildAttempts ? $"it was cut off in each of its attempts ({options.BuildAttempts})"
            : null;
        if (why is null) return false;
        output.Write($" !     The platform was restarted during this build and does not begin it again: {why}.");
        End(build, BuildStatus.Abandoned, why);
        return true;
    }

    private async Task ResumeDeploymentAsync(BuildRecord build, int version, string why, BuildOutput output, CancellationToken ct)
    {
        output.Write($"-----> {why}; going on with the deployment of v{version}");
        var deployment = deployments.FindByRelease(build.App, version) ?? throw AppStore.NotFound(build.App);
        var watched = await deployer.WatchAsync(build.App, deployment.Id, progress => output.Write(progress.Line), ct);
        var manifest = sources.Contains(build.Tree) ? await SourceManifest.FindAsync(sources.PathOf(build.Tree), builders.Of(build.App).BuildDir, ct) : null;
        var release = releases.Get(build.App, version);
        await GoLiveAsync(build, release, watched, ct);
        await tasks.AfterAsync(release, manifest, first: !HasServedBefore(release), output.Write, ct);
        Announce(build, release, output);
    }

    private async Task GoLiveAsync(BuildRecord build, Release release, Deployment deployment, CancellationToken ct)
    {
        deployer.EnsureLive(build.App, release, deployment);
        if (build.Source.Branch is { } branch && apps.AdoptBranch(build.App, branch)) await SetHeadAsync(build.App, branch, ct);
    }

    private void Announce(BuildRecord build, Release release, BuildOutput output)
    {
        foreach (var line in Announcement(build.App, release)) output.Write(line);
        End(build, BuildStatus.Succeeded, null);
    }

    private bool HasServedBefore(Release release) => deployments.Served(release.App).Any(version => version != release.Version);

    // What a clone checks out is a convenience; the release is live already.
    private async Task SetHeadAsync(string app, string branch, CancellationToken ct)
    {
        try
        {
            await repositories.SetHeadAsync(app, branch, ct);
        }
        catch (PaasException error)
        {
            LogHeadFailed(error, app, branch);
        }
    }

    private IEnumerable<string> Announcement(string app, Release release)
    {
        var formation = apps.Formation(app);
        var types = Formations.ScalableTypes(release.Processes).ToList();
        if (types.Sum(type => formation.GetValueOrDefault(type)) == 0 && types.Count > 0)
            yield return $"       No process runs yet; start one: paas scale {(types.Contains(Formations.Web) ? Formations.Web : types[0])}=1 -a {app}";
        yield return "=====> Application deployed:";
        if (!types.Contains(Formations.Web)) yield return $"       {app} v{release.Version} (no web process, so it has no URL)";
        else foreach (var url in urls.Of(app)) yield return $"       {url}";
    }

    private void Fail(BuildRecord build, BuildOutput output, string error, string? hint)
    {
        foreach (var line in Lines(error).Concat(Lines(hint))) output.Write($" !     {line}");
        output.Write($" !     Push rejected: {build.App} was not deployed.");
        End(build, BuildStatus.Failed, Lines(output.Mask?.Apply(error) ?? error).FirstOrDefault());
    }

    private void End(BuildRecord build, BuildStatus status, string? error)
    {
        builds.End(build.App, build.Number, status, error);
        platformLog.Write(build.App, $"build {build.Number}: {status.ToString().ToLowerInvariant()}{(error is null ? "" : ": " + error)}");
        foreach (var old in builds.Prune(build.App, options.BuildRetention)) outputs.Remove(build.App, old);
        sources.Prune(builds.Trees(), DateTime.UtcNow - TimeSpan.FromHours(1));
        // Last: whoever reads to the end finds everything done.
        outputs.Close(build.App, build.Number);
    }

    private static IEnumerable<string> Lines(string? text) => (text ?? "").Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0);

    private static string Description(BuildRecord build) =>
        build.Source.Commit is { Length: >= 8 } commit ? $"Deploy {commit[..8]}" : $"Deploy build {build.Number}";

    [LoggerMessage(2403, LogLevel.Warning, "{App}: {Branch} could not be made the branch that a clone checks out")]
    private partial void LogHeadFailed(Exception error, string app, string branch);

    [LoggerMessage(2401, LogLevel.Error, "{App}: build {Number} failed for a reason of the platform's own")]
    private partial void LogFailed(Exception error, string app, int number);
}
