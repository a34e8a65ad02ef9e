using System.Runtime.CompilerServices;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane;
using Paas.ControlPlane.Access.Logins;
using Paas.ControlPlane.Builds;
using Paas.ControlPlane.Git;
using Paas.ControlPlane.Git.Commits;
using Paas.ControlPlane.Git.Remotes;

namespace Paas.Daemon.Tests;

/// <summary>Real sources of real commits, kept under the real limits, for a <see cref="ScriptedPlatform"/> to build.</summary>
internal sealed class ScriptedGit(ControlPlaneOptions options, GitRepositories repositories, ScriptedPlatform platform) : IGit
{
    public IAsyncEnumerable<BuildEvent> BuildCommitAsync(string app, CommitBuildRequest request, CancellationToken ct)
    {
        var accounts = new RemoteAccounts(new SealedLogins(options.DataDirectory, "git-servers", "{0} {1}"), new DeployKeys(options), new KnownHosts(options));
        return new CommitBuilds(options, repositories, new Submodules(options, repositories, accounts), SubmitAsync, (_, _, _, _) => null).BuildAsync(app, request, null, ct);
    }

    public Task<GitDocument> GetGitAsync(string app, CancellationToken ct) => throw Unknown();

    public Task<GitDocument> ChangeGitAsync(string app, GitChange change, CancellationToken ct) => throw Unknown();

    public Task<BuildChangesDocument> GetBuildChangesAsync(string app, int build, CancellationToken ct) => throw Unknown();

    public IAsyncEnumerable<BuildEvent> DeployArchiveAsync(string app, ArchiveSource source, Stream body, CancellationToken ct) => throw Unknown();

    public IAsyncEnumerable<BuildEvent> SyncAsync(string app, GitSyncRequest request, CancellationToken ct) => throw Unknown();

    public Task<DeployKeyDocument> GetDeployKeyAsync(string app, CancellationToken ct) => throw Unknown();

    public Task<DeployKeyDocument> RenewDeployKeyAsync(string app, CancellationToken ct) => throw Unknown();

    private async IAsyncEnumerable<BuildEvent> SubmitAsync(string app, BuildSource source, string? tree, Stream tar, [EnumeratorCancellation] CancellationToken ct)
    {
        var store = new SourceStore(options);
        await using var stored = File.OpenRead(store.PathOf(await store.AddAsync(tar, ct)));
        await foreach (var step in platform.SubmitBuildAsync(app, source, stored, ct)) yield return step;
    }

    private static PaasException Unknown() => new(ErrorCode.NotFound, "this platform is scripted");
}
