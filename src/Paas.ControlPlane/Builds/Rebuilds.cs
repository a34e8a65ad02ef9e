using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Builds;

/// <inheritdoc cref="IRebuilds"/>
internal sealed class Rebuilds(AppStore apps, ReleaseStore releases, BuildStore builds, BuildIntake intake) : IRebuilds
{
    /// <inheritdoc/>
    public IAsyncEnumerable<BuildEvent> RebuildAsync(string app, CancellationToken ct) => intake.SubmitAnewAsync(SourceOf(apps.Get(app)), ct);

    private BuildRecord SourceOf(App app)
    {
        if (app.LiveRelease is not { } version)
        {
            return builds.List(app.Name) is [var newest, ..]
                ? newest
                : throw new PaasException(ErrorCode.Conflict, $"{app.Name} has nothing to build again", "git push paas main builds it the first time.");
        }

        return releases.Get(app.Name, version).Build is { } number && builds.Find(app.Name, number) is { } build
            ? build
            : throw new PaasException(ErrorCode.Conflict, $"v{version} of {app.Name} runs an image that was not built here", $"A newer one is released by: paas git:from-image {app.Name} IMAGE");
    }
}
