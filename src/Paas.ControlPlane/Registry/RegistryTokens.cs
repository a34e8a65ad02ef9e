using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.ControlPlane.Access;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Registry;

/// <summary>Rights on one repository.</summary>
/// <param name="Repository">Its name.</param>
/// <param name="Actions"><c>pull</c>, <c>push</c>, <c>delete</c>.</param>
public sealed record RegistryGrant(string Repository, IReadOnlyList<string> Actions);

/// <summary>Who a registry token speaks for, and for what it is good.</summary>
/// <param name="Name">The name of the token that it was got with.</param>
/// <param name="Grants">What it may.</param>
public sealed record RegistryIdentity(string Name, IReadOnlyList<RegistryGrant> Grants);

/// <summary>
/// The short-lived tokens that Docker's clients get for a password and send from then on (Docker's "Token Authentication"): good for
/// the repositories they were asked for, and only as long as the platform's token behind them. Signed with a key that is kept, so that a
/// push goes on over a restart.
/// </summary>
public sealed class RegistryTokens
{
    /// <summary>Less than a slow push takes is no harm: its client asks again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const string Prefix = "paasr_";
    private const string Setting = "registry-key";

    private readonly byte[] _key;
    private readonly TokenStore _tokens;
    private readonly TimeProvider _time;

    internal RegistryTokens(SettingStore settings, TokenStore tokens, TimeProvider time)
    {
        if (settings.Find(Setting) is null) settings.Set(Setting, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        _key = Convert.FromBase64String(settings.Find(Setting)!);
        (_tokens, _time) = (tokens, time);
    }

    /// <summary>True for a text that is meant to be such a token.</summary>
    public static bool IsOne(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Makes a token.</summary>
    public string Create(RegistryIdentity identity, out DateTimeOffset issuedAt)
    {
        issuedAt = _time.GetUtcNow();
        var content = Encode(JsonSerializer.SerializeToUtf8Bytes(
            new TokenContent(identity, issuedAt + Lifetime), TokenContentJsonContext.Default.TokenContent));
        return $"{Prefix}{content}.{Encode(Sign(content))}";
    }

    /// <summary>What the token is good for; null where it is none of ours, has run out, or the platform's token behind it is revoked.</summary>
    public RegistryIdentity? Validate(string token)
    {
        if (!IsOne(token) || token.IndexOf('.') is not (> 0 and var dot)) return null;
        var content = token[Prefix.Length..dot];
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Encode(Sign(content))), Encoding.ASCII.GetBytes(token[(dot + 1)..]))) return null;
        var parsed = JsonSerializer.Deserialize(Decode(content), TokenContentJsonContext.Default.TokenContent)!;
        return parsed.ExpiresAt > _time.GetUtcNow() && _tokens.Exists(parsed.Identity.Name) ? parsed.Identity : null;
    }

    private byte[] Sign(string content) => HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(content));

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static byte[] Decode(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
}

internal sealed record TokenContent(RegistryIdentity Identity, DateTimeOffset ExpiresAt);

[JsonSerializable(typeof(TokenContent))]
internal sealed partial class TokenContentJsonContext : JsonSerializerContext;
