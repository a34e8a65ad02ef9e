using System.Security.Cryptography;
using System.Text;
using Dapper;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Access;

/// <summary>
/// Who may speak to the platform from afar. A secret is 256 random bits, so its plain SHA-256 is as hard to turn back as the secret is
/// to guess; only the hash is kept, and a look-up by hash says nothing by its timing.
/// </summary>
public sealed class TokenStore(Database database, TimeProvider time)
{
    private const string SecretPrefix = "paas_";

    // Root at the other end of the Unix socket; no token can have the name.
    private const string LocalAdministrator = "root";

    /// <summary>Makes a token. InvalidRequest for a bad name or lifetime; Conflict for a name in use.</summary>
    /// <param name="name">What it is for, e.g. <c>laptop</c>.</param>
    /// <param name="lifetime">Null never expires.</param>
    public TokenDocument Create(string name, TimeSpan? lifetime)
    {
        name = name.Trim();
        if (name.Length is 0 or > 100 || name.Any(char.IsControl))
            throw new PaasException(ErrorCode.InvalidRequest, "a token's name has 1 to 100 printable characters");
        if (name == LocalAdministrator)
            throw new PaasException(ErrorCode.InvalidRequest, "'root' is the name of the local administrator; choose another");
        if (lifetime is { Ticks: <= 0 } or { TotalDays: > 36_500 })
            throw new PaasException(ErrorCode.InvalidRequest, "a token's lifetime is between 1 second and 100 years");

        var secret = SecretPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var expires = now + lifetime;
        database.Write(connection =>
        {
            connection.Execute("DELETE FROM tokens WHERE expires_at <= @now", new { now = Instant.Format(now) });
            var added = connection.Execute(
                "INSERT OR IGNORE INTO tokens (name, hash, created_at, expires_at) VALUES (@name, @hash, @now, @expires)",
                new { name, hash = Hash(secret), now = Instant.Format(now), expires = Instant.Format(expires) });
            if (added == 0) throw new PaasException(ErrorCode.Conflict, $"there is a token named '{name}' already", "Choose another name, or revoke that one.");
        });
        return new TokenDocument(name, secret, expires);
    }

    /// <summary>Whose secret this is, or null where it is unknown, revoked or expired.</summary>
    public Task<IdentityDocument?> ValidateAsync(string secret)
    {
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal)) return Task.FromResult<IdentityDocument?>(null);
        var name = database.Read(connection => connection.QuerySingleOrDefault<string?>(
            "SELECT name FROM tokens WHERE hash = @hash AND (expires_at IS NULL OR expires_at > @now)",
            new { hash = Hash(secret), now = Instant.Format(time.GetUtcNow()) }));
        return Task.FromResult(name is null ? null : new IdentityDocument(name));
    }

    /// <summary>True where the local administrator, or a token that is good now, has the name.</summary>
    public bool Exists(string name) => name == LocalAdministrator || database.Read(connection => connection.ExecuteScalar<bool>(
        "SELECT EXISTS (SELECT 1 FROM tokens WHERE name = @name AND (expires_at IS NULL OR expires_at > @now))",
        new { name, now = Instant.Format(time.GetUtcNow()) }));

    /// <summary>Takes a token away. NotFound where there is none of that name.</summary>
    public void Revoke(string name)
    {
        if (database.Write(connection => connection.Execute("DELETE FROM tokens WHERE name = @name", new { name })) == 0)
            throw new PaasException(ErrorCode.NotFound, $"there is no token named '{name}'");
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
