using Dapper;

namespace Paas.ControlPlane.Store;

/// <summary>Single values that survive.</summary>
internal sealed class SettingStore(Database database)
{
    internal string? Find(string name) => database.Read(connection => connection.QuerySingleOrDefault<string?>(
        "SELECT value FROM settings WHERE name = @name", new { name }));

    internal void Remove(string name) => database.Write(connection => connection.Execute("DELETE FROM settings WHERE name = @name", new { name }));

    internal void Set(string name, string value) => database.Write(connection => connection.Execute(
        "INSERT INTO settings (name, value) VALUES (@name, @value) ON CONFLICT DO UPDATE SET value = excluded.value", new { name, value }));
}
