using System.Text.RegularExpressions;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Git.Commits;
using Paas.ControlPlane.Git.Remotes;
using Paas.ControlPlane.SourceArchives;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Git;

/// <summary>Shows and changes what the apps' repositories do.</summary>
internal sealed partial class GitDesk(
    ControlPlaneOptions options, AppStore apps, BuildStore builds, ReleaseStore releases, GitSettings settings, GitRepositories repositories, AppUrls urls,
    ArchiveDeploys archives, CommitBuilds commits, GitSync sync, DeployKeys keys) : IGit
{
    private const int MostFiles = 200;

    /// <inheritdoc/>
    public Task<GitDocument> GetGitAsync(string app, CancellationToken ct)
    {
        var known = apps.Get(app);
        var build = known.LiveRelease is { } version ? releases.Find(app, version)?.Build : null;
        var ssh = options.SshPort is 0 ? null : $"ssh://paas@paas.{options.Domain}:{options.SshPort}/{app}";
        return Task.FromResult(new GitDocument(
            urls.Git(app), ssh, known.DeployBranch, settings.RevEnvVar(app), repositories.Branches(app),
            build is { } number ? builds.Find(app, number)?.Source.Commit : null));
    }

    /// <inheritdoc/>
    public async Task<GitDocument> ChangeGitAsync(string app, GitChange change, CancellationToken ct)
    {
        apps.Get(app);
        if (change.DeployBranch is { Length: > 0 } branch && (!BranchName().IsMatch(branch) || branch.Contains("..", StringComparison.Ordinal) || branch.EndsWith(".lock", StringComparison.Ordinal)))
            throw new PaasException(ErrorCode.InvalidRequest, $"'{branch}' cannot be the name of a branch", "Write it without refs/heads/, like main.");
        if (change.RevEnvVar is { } variable) settings.SetRevEnvVar(app, variable);
        if (change.DeployBranch is { } wanted)
        {
            apps.SetDeployBranch(app, wanted.Length == 0 ? null : wanted);
            await repositories.EnsureAsync(app, ct);
            if (wanted.Length > 0) await repositories.SetHeadAsync(app, wanted, ct);
        }

        return await GetGitAsync(app, ct);
    }

    /// <inheritdoc/>
    public Task<BuildChangesDocument> GetBuildChangesAsync(string app, int build, CancellationToken ct)
    {
        apps.Get(app);
        var all = builds.List(app);
        var wanted = all.FirstOrDefault(one => one.Number == build) ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no build {build}", $"All of them: paas builds -a {app}");
        if (wanted.Source.Commit is not { } commit) throw new PaasException(ErrorCode.NotFound, $"build {build} of {app} did not come by git");
        var before = all.FirstOrDefault(one => one.Number < build && one.Status == BuildStatus.Succeeded && one.Source.Commit is not null)?.Source.Commit;
        return Task.FromResult(repositories.Changes(app, before, commit, MostFiles)
            ?? throw new PaasException(ErrorCode.NotFound, $"the commit of build {build} is not in the repository: its push was refused, or is not over"));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<BuildEvent> DeployArchiveAsync(string app, ArchiveSource source, Stream body, CancellationToken ct) =>
        archives.DeployAsync(app, source, body, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<BuildEvent> BuildCommitAsync(string app, CommitBuildRequest request, CancellationToken ct) =>
        commits.BuildAsync(apps.Get(app).Name, request, null, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<BuildEvent> SyncAsync(string app, GitSyncRequest request, CancellationToken ct) => sync.RunAsync(app, request, ct);

    /// <inheritdoc/>
    public async Task<DeployKeyDocument> GetDeployKeyAsync(string app, CancellationToken ct) => new(await keys.PublicAsync(apps.Get(app).Name, ct));

    /// <inheritdoc/>
    public async Task<DeployKeyDocument> RenewDeployKeyAsync(string app, CancellationToken ct) => new(await keys.RenewAsync(apps.Get(app).Name, ct));

    // Stricter than git-check-ref-format(1) where nobody will miss it.
    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._+@#-]*(/[A-Za-z0-9_][A-Za-z0-9._+@#-]*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex BranchName();
}
