using Microsoft.Data.Sqlite;

namespace Paas.ControlPlane.Store;

/// <summary>
/// The platform's SQLite file: many readers, one writer. SQLite itself is synchronous, so this is too; every statement here is
/// short. Opening it brings the schema up to date.
/// </summary>
public sealed class Database : IDisposable
{
    private readonly Lock _writing = new();
    private readonly string _connectionString;
    private readonly SqliteConnection _writer;

    /// <summary>Opens or creates the file and migrates it. Throws <see cref="InvalidOperationException"/> for a file of a newer version.</summary>
    public Database(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!File.Exists(path)) CreatePrivately(path);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true, DefaultTimeout = 10 }.ToString();
        _writer = Open();
        Execute(_writer, "PRAGMA journal_mode = WAL");
        Migrations.Apply(_writer);
    }

    /// <summary>Reads outside the writer's lock; sees the last committed state.</summary>
    public T Read<T>(Func<SqliteConnection, T> query)
    {
        using var connection = Open();
        return query(connection);
    }

    /// <summary>Runs in one transaction; an exception rolls it back.</summary>
    public T Write<T>(Func<SqliteConnection, T> change)
    {
        lock (_writing)
        {
            using var transaction = _writer.BeginTransaction(deferred: false);
            var result = change(_writer);
            transaction.Commit();
            return result;
        }
    }

    /// <inheritdoc cref="Write{T}"/>
    public void Write(Action<SqliteConnection> change) => Write(connection =>
    {
        change(connection);
        return 0;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing)
        {
            _writer.Dispose();
            SqliteConnection.ClearPool(new SqliteConnection(_connectionString));
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        // FULL keeps a committed release committed across a power cut; WAL alone would only keep the file consistent.
        Execute(connection, "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000");
        return connection;
    }

    private static void CreatePrivately(string path) =>
        new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }).Dispose();

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
