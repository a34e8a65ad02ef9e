using System.Runtime.CompilerServices;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Cleanup;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Oci;

namespace Paas.ControlPlane.Builds;

/// <summary>Builds and deploys a source: <see cref="BuildIntake.SubmitAsync"/>.</summary>
internal delegate IAsyncEnumerable<BuildEvent> SubmitSource(string app, BuildSource source, string? tree, Stream tar, CancellationToken ct);

/// <summary>Builds and deploys a tree that is here: <see cref="BuildIntake.SubmitKnown"/>.</summary>
internal delegate IAsyncEnumerable<BuildEvent>? SubmitTree(string app, BuildSource source, string tree, CancellationToken ct);

/// <summary>Takes sources in and gives output out: the side of builds that a push sees.</summary>
internal sealed class BuildIntake(ControlPlaneOptions options, AppStore apps, BuildStore builds, SourceStore sources, SourceTrees trees, BuildOutputs outputs, BuildQueue queue, ImageCleanup cleanup, AppUrls urls)
{
    /// <summary>Builds and deploys a source.</summary>
    /// <param name="app">The app.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="tree">The id of git's tree that it is; null where it is none.</param>
    /// <param name="tar">It.</param>
    /// <param name="ct">Ends this reading; a build that has begun goes on.</param>
    internal async IAsyncEnumerable<BuildEvent> SubmitAsync(string app, BuildSource source, string? tree, Stream tar, [EnumeratorCancellation] CancellationToken ct)
    {
        if (Undeployed(app, source) is { } branch)
        {
            await tar.CopyToAsync(Stream.Null, ct);
            yield return new BuildEvent($"-----> {branch} is not the branch that deploys: {app} deploys {apps.Get(app).DeployBranch}. Accepted, not deployed.");
            yield return new BuildEvent(null, new BuildResultDocument(0, BuildStatus.Succeeded, null, urls.Of(app)));
            yield break;
        }

        await cleanup.MakeRoomAsync("the build", 0, ct);
        var stored = await sources.AddAsync(tar, ct);
        await SourceLimits.CheckAsync(sources.PathOf(stored), options, ct);
        if (tree is not null) trees.Remember(app, tree, stored);
        // Recorded even when the caller goes right now: the source is here.
        var build = await queue.AddAsync(app, stored, source, CancellationToken.None);
        await foreach (var one in ReadAsync(app, build.Number, ct)) yield return one;
    }

    /// <summary>The same for a tree that was the last to be submitted and is here still; null for any other.</summary>
    internal IAsyncEnumerable<BuildEvent>? SubmitKnown(string app, BuildSource source, string tree, CancellationToken ct) =>
        Undeployed(app, source) is null && trees.Find(app, tree) is { } stored && sources.Touch(stored) ? SubmitStoredAsync(app, source, stored, ct) : null;

    /// <summary>Builds the source of a build once more, whatever there is of it, and deploys it. Conflict where it is gone.</summary>
    internal async IAsyncEnumerable<BuildEvent> SubmitAnewAsync(BuildRecord former, [EnumeratorCancellation] CancellationToken ct)
    {
        if (!sources.Touch(former.Tree))
            throw new PaasException(ErrorCode.Conflict, $"the source of build {former.Number} of {former.App} is gone", "Push it again.");
        await cleanup.MakeRoomAsync("the build", 0, ct);
        var build = await queue.AddAsync(former.App, former.Tree, former.Source, CancellationToken.None, anew: true);
        await foreach (var one in ReadAsync(former.App, build.Number, ct)) yield return one;
    }

    private async IAsyncEnumerable<BuildEvent> SubmitStoredAsync(string app, BuildSource source, Digest stored, [EnumeratorCancellation] CancellationToken ct)
    {
        await cleanup.MakeRoomAsync("the build", 0, ct);
        var build = await queue.AddAsync(app, stored, source, CancellationToken.None);
        await foreach (var one in ReadAsync(app, build.Number, ct)) yield return one;
    }

    // A branch that was pushed and does not deploy.
    private string? Undeployed(string app, BuildSource source) =>
        apps.Get(app).DeployBranch is { } deployed && source.Branch is { } branch && branch != deployed ? branch : null;

    /// <summary>The output from its beginning to its result, live while the build goes on.</summary>
    internal async IAsyncEnumerable<BuildEvent> ReadAsync(string app, int number, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var line in outputs.ReadAsync(app, number, ct)) yield return new BuildEvent(line);
        var build = builds.Find(app, number) ?? throw new PaasException(ErrorCode.NotFound, $"build {number} of {app} is gone");
        if (!build.Ended) throw new PaasException(ErrorCode.Unavailable, $"the output of build {number} ended before the build did", "It goes on; read it again.");
        yield return new BuildEvent(null, new BuildResultDocument(
            number, build.Status, build.Release, build.Status == BuildStatus.Succeeded ? urls.Of(app) : [], build.Error));
    }
}
