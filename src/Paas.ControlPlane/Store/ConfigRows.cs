using Dapper;
using Microsoft.Data.Sqlite;

namespace Paas.ControlPlane.Store;

/// <summary>The table of config vars, inside whatever transaction is open.</summary>
internal static class ConfigRows
{
    internal static void Replace(SqliteConnection connection, string app, IReadOnlyDictionary<string, string> config)
    {
        connection.Execute("DELETE FROM config_vars WHERE app = @app", new { app });
        foreach (var (name, value) in config)
        {
            connection.Execute("INSERT INTO config_vars (app, name, value) VALUES (@app, @name, @value)", new { app, name, value });
        }
    }
}
