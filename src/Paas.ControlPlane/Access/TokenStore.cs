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
    private const string LocalAdministrator = Subject.RootName;

    private const string GoodNow = "(expires_at IS NULL OR expires_at > @now)";

    /// <summary>Makes a token. InvalidRequest for a bad name or lifetime; Conflict for a name in use.</summary>
    /// <param name="name">What it is for, e.g. <c>laptop</c>.</param>
    /// <param name="lifetime">Null never expires.</param>
    /// <param name="owner">Whose it is, and what it may at most; null is root's, and all.</param>
    public TokenDocument Create(string name, TimeSpan? lifetime, TokenOwner? owner = null)
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
                """
                INSERT OR IGNORE INTO tokens (name, hash, created_at, expires_at, user, scope, app)
                SELECT @name, @hash, @now, @expires, @user, @scope, @app WHERE NOT EXISTS (SELECT 1 FROM users WHERE name = @name)
                """,
                new
                {
                    name, hash = Hash(secret), now = Instant.Format(now), expires = Instant.Format(expires),
                    user = owner?.User is LocalAdministrator ? null : owner?.User, scope = (owner?.Scope ?? AccessRole.Admin).ToString(), app = owner?.App,
                });
            if (added == 0) throw new PaasException(ErrorCode.Conflict, $"there is a token or a user named '{name}' already", "Choose another name, or revoke that one.");
        });
        return new TokenDocument(name, secret, expires);
    }

    /// <summary>Whose secret this is, or null where it is unknown, revoked or expired.</summary>
    public Task<IdentityDocument?> ValidateAsync(string secret)
    {
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal)) return Task.FromResult<IdentityDocument?>(null);
        var name = database.Read(connection => connection.QuerySingleOrDefault<string?>(
            $"SELECT name FROM tokens WHERE hash = @hash AND {GoodNow}",
            new { hash = Hash(secret), now = Instant.Format(time.GetUtcNow()) }));
        return Task.FromResult(name is null ? null : new IdentityDocument(name));
    }

    /// <summary>True where the local administrator, a person, or a token that is good now has the name.</summary>
    public bool Exists(string name) => Find(name) is not null;

    /// <summary>Who goes by the name of a token that is good now, of a person, or of root; null where that is nobody.</summary>
    public Subject? Find(string name)
    {
        if (name == LocalAdministrator) return Subject.Root;
        var row = database.Read(connection => connection.QuerySingleOrDefault<SubjectRow>(
            $"""
            SELECT t.name, t.user, COALESCE(u.admin, 1) AS admin, t.scope, t.app FROM tokens t LEFT JOIN users u ON u.name = t.user WHERE t.name = @name AND {GoodNow}
            UNION ALL
            SELECT name, name, admin, 'Admin', NULL FROM users WHERE name = @name
            """,
            new { name, now = Instant.Format(time.GetUtcNow()) }));
        return row?.ToSubject();
    }

    /// <summary>Tokens that are good now, by name.</summary>
    /// <param name="user">Whose; null is everybody's.</param>
    public IReadOnlyList<TokenInfoDocument> List(string? user) => database.Read(connection => connection.Query<TokenRow>(
        $"""
        SELECT name, COALESCE(user, @root) AS user, scope, app, created_at, expires_at FROM tokens
        WHERE {GoodNow} AND (@user IS NULL OR COALESCE(user, @root) = @user) ORDER BY name
        """,
        new { user, root = LocalAdministrator, now = Instant.Format(time.GetUtcNow()) }).Select(row => row.ToDocument()).ToList());

    /// <summary>Takes a token away. NotFound where there is none of that name.</summary>
    public void Revoke(string name)
    {
        if (database.Write(connection => connection.Execute("DELETE FROM tokens WHERE name = @name", new { name })) == 0)
            throw new PaasException(ErrorCode.NotFound, $"there is no token named '{name}'");
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private sealed record SubjectRow(string Name, string? User, long Admin, string Scope, string? App)
    {
        internal Subject ToSubject() => new(Name, User ?? LocalAdministrator, Admin != 0, Enum.Parse<AccessRole>(Scope), App);
    }

    private sealed record TokenRow(string Name, string User, string Scope, string? App, string Created_At, string? Expires_At)
    {
        internal TokenInfoDocument ToDocument() => new(
            Name, User, Enum.Parse<AccessRole>(Scope), App, Instant.Parse(Created_At), Expires_At is { } at ? Instant.Parse(at) : null);
    }
}

/// <summary>Whose a new token is, and what it may at most.</summary>
/// <param name="User"><c>root</c>, or a person that there is.</param>
/// <param name="Scope">The most that it may.</param>
/// <param name="App">The only app it is good for; null is every one.</param>
public sealed record TokenOwner(string User, AccessRole Scope, string? App);
