using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Access.Ssh;

/// <summary>Adds and removes the keys, and answers sshd about those that clients offer.</summary>
internal sealed class SshKeyDesk(SshKeyStore keys, SshSessions sessions, TokenStore tokens) : ISshKeys
{
    private const int LongestName = 100;

    /// <inheritdoc/>
    public Task<IReadOnlyList<SshKeyDocument>> ListSshKeysAsync(CancellationToken ct) => Task.FromResult(keys.List());

    /// <inheritdoc/>
    public Task<SshKeyDocument> AddSshKeyAsync(AddSshKeyRequest request, CancellationToken ct)
    {
        var name = request.Name.Trim();
        if (name.Length is 0 or > LongestName || name[0] == '-' || name.Any(c => char.IsControl(c) || c is '"' or '/'))
            throw new PaasException(ErrorCode.InvalidRequest, $"a key's name has 1 to {LongestName} printable characters, no quotes and no slash", "For example: paas ssh-keys:add laptop ~/.ssh/id_ed25519.pub");
        var user = request.User ?? throw new ArgumentException("the user is missing", nameof(request));
        if (!tokens.Exists(user)) throw new PaasException(ErrorCode.InvalidRequest, $"there is no user '{user}'", "A key acts for root, or for a token that is good now.");
        return Task.FromResult(keys.Add(name, SshPublicKey.Parse(request.Key), user));
    }

    /// <inheritdoc/>
    public Task RemoveSshKeyAsync(string name, CancellationToken ct) => keys.Remove(name)
        ? Task.CompletedTask
        : throw new PaasException(ErrorCode.NotFound, $"there is no key named '{name}'", "Those there are: paas ssh-keys:list");

    /// <inheritdoc/>
    public Task<SshSessionDocument> OpenSshSessionAsync(SshSessionRequest request, CancellationToken ct)
    {
        var key = SshPublicKey.Parse($"{request.Type} {request.Key}");
        return keys.Find(key.Fingerprint) is { } known && sessions.Open(known) is { } token
            ? Task.FromResult(new SshSessionDocument(known.Name, token))
            : throw new PaasException(ErrorCode.NotFound, $"the key {key.Fingerprint} may not log in");
    }
}
