using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Paas.ControlPlane.Store;

/// <summary>
/// The schema's history: embedded files <c>NNNN-title.sql</c>, each applied once, in order, all in one transaction. SQLite's
/// <c>user_version</c> holds the number of the last one.
/// </summary>
internal static class Migrations
{
    private const string Prefix = "Paas.ControlPlane.Store.Migrations.";

    internal static IReadOnlyList<(int Number, string Resource)> All { get; } =
    [
        .. typeof(Migrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => (int.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), name))
            .OrderBy(migration => migration.Item1),
    ];

    internal static void Apply(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
        var newest = All[^1].Number;
        if (version > newest)
            throw new InvalidOperationException($"the database has schema {version}, this version of the platform knows {newest}; install the newer version");

        foreach (var (number, resource) in All.Where(migration => migration.Number > version))
        {
            Scalar(connection, Text(resource));
            Scalar(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {number}"));
        }

        transaction.Commit();
    }

    private static string Text(string resource)
    {
        using var reader = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are ours, from this assembly.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
