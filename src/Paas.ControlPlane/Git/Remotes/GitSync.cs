using System.Runtime.CompilerServices;
using Paas.Build.Remotes;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Git.Commits;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Git.Remotes;

/// <summary>Brings another git server's commits into an app's deploy branch, and deploys them as a push of them would.</summary>
internal sealed class GitSync(ControlPlaneOptions options, AppStore apps, GitRepositories repositories, RemoteAccounts accounts, CommitBuilds commits, AppUrls urls)
{
    private const string Head = "HEAD";
    private const string UsualBranch = "main";
    private const int ShortId = 8;

    internal async IAsyncEnumerable<BuildEvent> RunAsync(string app, GitSyncRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        var branch = apps.Get(app).DeployBranch ?? UsualBranch;
        var address = Parse(request.Url, app);
        await repositories.EnsureAsync(app, ct);
        yield return new BuildEvent($"-----> Fetching {request.Ref ?? Head} of {address}");
        // A name of its own: a second synchronisation does not take this one's commit away.
        var fetched = $"refs/paas/sync-{Guid.NewGuid():N}";
        try
        {
            await FetchAsync(app, address, request.Ref ?? Head, fetched, ct);
            var before = await repositories.ResolveAsync(app, "refs/heads/" + branch, ct);
            var commit = await repositories.ResolveAsync(app, fetched, ct)
                ?? throw new PaasException(ErrorCode.InvalidRequest, $"{request.Ref ?? Head} of {address} is not a commit", "Name a branch, a tag or a commit.");
            yield return new BuildEvent(before == commit ? $"       {branch} is at {commit[..ShortId]} already" : $"       {branch} {(before is null ? "begins at" : $"goes from {before[..ShortId]} to")} {commit[..ShortId]}");
            if (request.Build == SyncBuild.Never || (request.Build == SyncBuild.IfChanged && before == commit))
            {
                await repositories.SetBranchAsync(app, branch, commit, ct);
                yield return new BuildEvent(request.Build == SyncBuild.Never ? $"       Not built. To deploy it: paas git:sync --build {app} {address}{(request.Ref is { } name ? " " + name : "")}" : "       Nothing to build.");
                yield return new BuildEvent(null, new BuildResultDocument(0, BuildStatus.Succeeded, null, urls.Of(app)));
                yield break;
            }

            await foreach (var step in commits.BuildAsync(app, new CommitBuildRequest(commit, branch), address with { Login = null }, ct))
            {
                if (step.Result is { Status: BuildStatus.Succeeded }) await repositories.SetBranchAsync(app, branch, commit, CancellationToken.None);
                yield return step;
            }
        }
        finally
        {
            if (await repositories.ResolveAsync(app, fetched, CancellationToken.None) is not null) await repositories.DropAsync(app, fetched);
        }
    }

    private static RemoteAddress Parse(string url, string app)
    {
        try
        {
            return RemoteAddress.Parse(url);
        }
        catch (GitRemoteException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, error.Message, RemoteAccounts.Advice(error, null, app), error);
        }
    }

    private async Task FetchAsync(string app, RemoteAddress address, string name, string into, CancellationToken ct)
    {
        using var remote = accounts.For(app);
        try
        {
            await remote.FetchAsync(new GitFetch(repositories.PathOf(app), address, name) { Into = into, MaximumBytes = options.MaxPushBytes }, ct);
        }
        catch (GitRemoteException error)
        {
            throw new PaasException(error.Failure == GitRemoteFailure.Unreachable ? ErrorCode.Unavailable : ErrorCode.InvalidRequest, error.Message, RemoteAccounts.Advice(error, address, app), error);
        }
    }
}
