using System.Runtime.CompilerServices;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Cleanup;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Builds;

/// <summary>Builds and deploys a source: <see cref="BuildIntake.SubmitAsync"/>.</summary>
internal delegate IAsyncEnumerable<BuildEvent> SubmitSource(string app, BuildSource source, Stream tar, CancellationToken ct);

/// <summary>Takes sources in and gives output out: the side of builds that a push sees.</summary>
internal sealed class BuildIntake(ControlPlaneOptions options, AppStore apps, BuildStore builds, SourceStore sources, BuildOutputs outputs, BuildQueue queue, ImageCleanup cleanup, AppUrls urls)
{
    internal async IAsyncEnumerable<BuildEvent> SubmitAsync(string app, BuildSource source, Stream tar, [EnumeratorCancellation] CancellationToken ct)
    {
        if (apps.Get(app).DeployBranch is { } deployed && source.Branch is { } branch && branch != deployed)
        {
            await tar.CopyToAsync(Stream.Null, ct);
            yield return new BuildEvent($"-----> {branch} is not the branch that deploys: {app} deploys {deployed}. Accepted, not deployed.");
            yield return new BuildEvent(null, new BuildResultDocument(0, BuildStatus.Succeeded, null, urls.Of(app)));
            yield break;
        }

        await cleanup.MakeRoomAsync("the build", 0, ct);
        var tree = await sources.AddAsync(tar, ct);
        await SourceLimits.CheckAsync(sources.PathOf(tree), options, ct);
        // Recorded even when the caller goes right now: the source is here.
        var build = await queue.AddAsync(app, tree, source, CancellationToken.None);
        await foreach (var one in ReadAsync(app, build.Number, ct)) yield return one;
    }

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
