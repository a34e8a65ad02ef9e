namespace Paas.Contracts.Api;

/// <summary>The keys that may log in over SSH: in process, and over HTTP, as <see cref="IPlatform"/>.</summary>
public interface ISshKeys
{
    /// <summary>By name. <c>GET /v1/ssh-keys</c></summary>
    Task<IReadOnlyList<SshKeyDocument>> ListSshKeysAsync(CancellationToken ct);

    /// <summary>
    /// InvalidRequest for a bad name, for what is no public key, and for a user that does not exist; Conflict for a name or a key that is
    /// there already. <c>POST /v1/ssh-keys</c>
    /// </summary>
    Task<SshKeyDocument> AddSshKeyAsync(AddSshKeyRequest request, CancellationToken ct);

    /// <summary>Takes a key away; sessions that are open end with their next request. NotFound where there is none. <c>DELETE /v1/ssh-keys/{name}</c></summary>
    Task RemoveSshKeyAsync(string name, CancellationToken ct);

    /// <summary>
    /// What a session with this key may say of itself; NotFound for a key that may not log in. Only <c>root</c>, which is sshd, is
    /// answered. <c>POST /v1/ssh-sessions</c>
    /// </summary>
    Task<SshSessionDocument> OpenSshSessionAsync(SshSessionRequest request, CancellationToken ct);
}
