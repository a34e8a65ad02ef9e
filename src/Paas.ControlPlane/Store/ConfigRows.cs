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

        // A var that is gone takes its mark along; a mark alone would surprise whoever uses the name for something else.
        connection.Execute("DELETE FROM secret_vars WHERE app = @app AND name NOT IN (SELECT name FROM config_vars WHERE app = @app)", new { app });
    }
}
