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
}
