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
}
