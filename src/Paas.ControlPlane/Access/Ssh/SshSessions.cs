using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Paas.Contracts.Api;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Access.Ssh;

/// <summary>
/// What a session that sshd let in says of itself: its key's fingerprint and an end, signed. The session then is that key's user, like a
/// caller with a token. Signed with a key that is kept, so that a connection outlives a restart of paasd.
/// </summary>
public sealed class SshSessions
{
    /// <summary>Longest life of a connection; a client that holds one open longer logs in again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private const string Prefix = "paass_";
    private const string Setting = "ssh-session-key";

    private readonly byte[] _key;
    private readonly SshKeyStore _keys;
    private readonly TokenStore _tokens;
    private readonly TimeProvider _time;

    internal SshSessions(SettingStore settings, SshKeyStore keys, TokenStore tokens, TimeProvider time)
    {
        if (settings.Find(Setting) is null) settings.Set(Setting, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        _key = Convert.FromBase64String(settings.Find(Setting)!);
        (_keys, _tokens, _time) = (keys, tokens, time);
    }

    /// <summary>True for a text that is meant to be a session's.</summary>
    public static bool IsOne(string secret) => secret.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whose session it is; null where it is none of ours, has run out, or the key or its user are gone.</summary>
    public IdentityDocument? Validate(string secret)
    {
        if (!IsOne(secret) || secret[Prefix.Length..].Split('.') is not [var encoded, var end, var signature]) return null;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign($"{encoded}.{end}")), Encoding.ASCII.GetBytes(signature))) return null;
        if (!long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || DateTimeOffset.FromUnixTimeSeconds(seconds) <= _time.GetUtcNow()) return null;
        return _keys.Find(Encoding.ASCII.GetString(Convert.FromHexString(encoded))) is { } key && _tokens.Exists(key.User) ? new IdentityDocument(key.User) : null;
    }

    /// <summary>Null where the user is gone.</summary>
    internal string? Open(SshKeyDocument key)
    {
        if (!_tokens.Exists(key.User)) return null;
        var end = (_time.GetUtcNow() + Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var content = $"{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(key.Fingerprint))}.{end}";
        return $"{Prefix}{content}.{Sign(content)}";
    }

    private string Sign(string content) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(content)));
}
