namespace Paas.Contracts.Api;

/// <summary>Other git servers: in process, and over HTTP, as <see cref="IPlatform"/>.</summary>
public interface IGitServers
{
    /// <summary>By host. <c>GET /v1/git/logins</c></summary>
    Task<IReadOnlyList<GitLoginDocument>> ListGitLoginsAsync(CancellationToken ct);

    /// <summary>Keeps a login for everything that is fetched from a host, encrypted. InvalidRequest for a bad name. <c>PUT /v1/git/logins/{host}</c></summary>
    Task<GitLoginDocument> SetGitLoginAsync(string host, GitLoginRequest request, CancellationToken ct);

    /// <summary>Forgets a login. NotFound where there is none. <c>DELETE /v1/git/logins/{host}</c></summary>
    Task RemoveGitLoginAsync(string host, CancellationToken ct);

    /// <summary>Asks an SSH server for its keys, and trusts them. Unavailable where none answers. <c>PUT /v1/git/hosts/{host}</c></summary>
    Task<KnownHostDocument> AllowGitHostAsync(string host, CancellationToken ct);
}
