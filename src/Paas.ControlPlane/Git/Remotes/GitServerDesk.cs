using Paas.Build.Remotes;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access.Logins;

namespace Paas.ControlPlane.Git.Remotes;

/// <summary>Logins at other git servers, and which SSH servers are trusted.</summary>
internal sealed class GitServerDesk(SealedLogins logins, KnownHosts hosts, TimeProvider time) : IGitServers
{
    private const int LongestPassword = 16 * 1024;

    /// <inheritdoc/>
    public Task<IReadOnlyList<GitLoginDocument>> ListGitLoginsAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<GitLoginDocument>>([.. logins.List().Select(Document)]);

    /// <inheritdoc/>
    public Task<GitLoginDocument> SetGitLoginAsync(string host, GitLoginRequest request, CancellationToken ct)
    {
        if (request.UserName.Contains(':', StringComparison.Ordinal) || request.UserName.Any(char.IsControl))
            throw new PaasException(ErrorCode.InvalidRequest, "a user's name has no colon");
        if (request.UserName.Length + request.Password.Length == 0 || request.Password.Length > LongestPassword)
            throw new PaasException(ErrorCode.InvalidRequest, $"a login has a user or a token, of at most {LongestPassword} characters");
        return Task.FromResult(Document(logins.Set(Normalized(host), new Login(request.UserName, request.Password), time.GetUtcNow())));
    }

    /// <inheritdoc/>
    public Task RemoveGitLoginAsync(string host, CancellationToken ct)
    {
        var name = Normalized(host);
        return logins.Remove(name) ? Task.CompletedTask : throw new PaasException(ErrorCode.NotFound, $"there is no login at {name}", "Those there are: paas git:auth");
    }

    /// <inheritdoc/>
    public Task<KnownHostDocument> AllowGitHostAsync(string host, CancellationToken ct) => hosts.AllowAsync(host, ct);

    // As an address, so that a login and what it is for name the server alike.
    private static string Normalized(string host)
    {
        try
        {
            return RemoteAddress.Parse($"https://{host}/x").HostKey;
        }
        catch (GitRemoteException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"'{host}' is no host", "Write it like github.com, or git.example.com:8443", error);
        }
    }

    private static GitLoginDocument Document(KnownLogin login) => new(login.Server, login.UserName, login.Since);
}
