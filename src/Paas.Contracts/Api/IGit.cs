namespace Paas.Contracts.Api;

/// <summary>The apps' repositories: in process, and over HTTP, as <see cref="IPlatform"/>.</summary>
public interface IGit
{
    /// <summary><c>GET /v1/apps/{app}/git</c></summary>
    Task<GitDocument> GetGitAsync(string app, CancellationToken ct);

    /// <summary>InvalidRequest for what is no branch or no variable. <c>PATCH /v1/apps/{app}/git</c></summary>
    Task<GitDocument> ChangeGitAsync(string app, GitChange change, CancellationToken ct);

    /// <summary>
    /// The files in which a build's commit differs from the build before. NotFound for an unknown build, and where the commit is not in the
    /// repository: it came without git, or was refused. <c>GET /v1/apps/{app}/builds/{number}/changes</c>
    /// </summary>
    Task<BuildChangesDocument> GetBuildChangesAsync(string app, int build, CancellationToken ct);

    /// <summary>
    /// Builds and deploys the files of an archive, as <see cref="IPlatform.SubmitBuildAsync"/> does those of a commit; a directory that is
    /// alone at its top is left out of their paths. InvalidRequest for an archive that is none, or that reaches out of itself; TooLarge for
    /// one over the limits; Unavailable where it cannot be fetched. <c>POST /v1/apps/{app}/archive</c>
    /// </summary>
    IAsyncEnumerable<BuildEvent> DeployArchiveAsync(string app, ArchiveSource source, Stream body, CancellationToken ct);

    /// <summary>
    /// Builds and deploys a commit of the app's repository with the files of its submodules. InvalidRequest for what is no commit, and where a
    /// submodule cannot be fetched. <c>POST /v1/apps/{app}/git/builds</c>
    /// </summary>
    IAsyncEnumerable<BuildEvent> BuildCommitAsync(string app, CommitBuildRequest request, CancellationToken ct);

    /// <summary>
    /// Fetches from another git server into the app's deploy branch, and builds it where that is asked for; the branch of a build that fails
    /// stays where it was. InvalidRequest for what cannot be fetched. <c>POST /v1/apps/{app}/git/sync</c>
    /// </summary>
    IAsyncEnumerable<BuildEvent> SyncAsync(string app, GitSyncRequest request, CancellationToken ct);

    /// <summary>The app's key for other git servers, made where there is none. <c>GET /v1/apps/{app}/git/key</c></summary>
    Task<DeployKeyDocument> GetDeployKeyAsync(string app, CancellationToken ct);

    /// <summary>A new key in place of the app's. <c>POST /v1/apps/{app}/git/key</c></summary>
    Task<DeployKeyDocument> RenewDeployKeyAsync(string app, CancellationToken ct);
}
