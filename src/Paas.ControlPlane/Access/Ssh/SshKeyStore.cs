using Dapper;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Access.Ssh;

/// <summary>The keys that may log in. Only fingerprints are kept: sshd brings the key itself, and has checked that the client holds it.</summary>
internal sealed class SshKeyStore(Database database, TimeProvider time)
{
    private const string Columns = "name, fingerprint, type, user, created_at";

    internal IReadOnlyList<SshKeyDocument> List() => database.Read(connection =>
        connection.Query<KeyRow>($"SELECT {Columns} FROM ssh_keys ORDER BY name").Select(row => row.ToDocument()).ToList());

    internal SshKeyDocument? Find(string fingerprint) => database.Read(connection => connection.QuerySingleOrDefault<KeyRow>(
        $"SELECT {Columns} FROM ssh_keys WHERE fingerprint = @fingerprint", new { fingerprint }))?.ToDocument();

    /// <summary>Conflict for a name or a key that is there already.</summary>
    internal SshKeyDocument Add(string name, SshPublicKey key, string user)
    {
        var now = time.GetUtcNow();
        return database.Write(connection =>
        {
            var same = connection.QuerySingleOrDefault<KeyRow>($"SELECT {Columns} FROM ssh_keys WHERE fingerprint = @Fingerprint", new { key.Fingerprint });
            if (same is not null) throw new PaasException(ErrorCode.Conflict, $"this key is there already, as '{same.Name}'", $"To give it another name: paas ssh-keys:remove {same.Name}, then add it again.");
            var added = connection.Execute(
                "INSERT OR IGNORE INTO ssh_keys (name, fingerprint, type, user, created_at) VALUES (@name, @Fingerprint, @Type, @user, @now)",
                new { name, key.Fingerprint, key.Type, user, now = Instant.Format(now) });
            if (added == 0) throw new PaasException(ErrorCode.Conflict, $"there is a key named '{name}' already", "Choose another name, or remove that one: paas ssh-keys:remove");
            return new SshKeyDocument(name, key.Fingerprint, key.Type, user, now);
        });
    }

    /// <returns>False where there is none of that name.</returns>
    internal bool Remove(string name) => database.Write(connection => connection.Execute("DELETE FROM ssh_keys WHERE name = @name", new { name })) > 0;

    private sealed record KeyRow(string Name, string Fingerprint, string Type, string User, string Created_At)
    {
        internal SshKeyDocument ToDocument() => new(Name, Fingerprint, Type, User, Instant.Parse(Created_At));
    }
}
