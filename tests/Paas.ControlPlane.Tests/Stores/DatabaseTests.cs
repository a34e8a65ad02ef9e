using Dapper;
using Microsoft.Data.Sqlite;
using Paas.Contracts.Api;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Oci;
using Paas.Testing;

namespace Paas.ControlPlane.Tests.Stores;

public sealed class DatabaseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.Combine("data", "paas.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Opening_again_changes_nothing_and_keeps_everything()
    {
        using (var first = new Database(FilePath)) new AppStore(first, TimeProvider.System).Create("hello");
        using var second = new Database(FilePath);
        Assert.Equal("hello", Assert.Single(new AppStore(second, TimeProvider.System).List()).Name);
        Assert.Equal(Migrations.All[^1].Number, second.Read(connection => connection.ExecuteScalar<int>("PRAGMA user_version")));
    }

    [Fact]
    public void Migrations_are_numbered_without_gaps() =>
        Assert.Equal(Enumerable.Range(1, Migrations.All.Count), Migrations.All.Select(migration => migration.Number));

    [Fact]
    public void It_is_durable_checked_and_for_root_alone()
    {
        using var database = new Database(FilePath);
        Assert.Equal("wal", database.Read(connection => connection.ExecuteScalar<string>("PRAGMA journal_mode")));
        Assert.Equal(1, database.Read(connection => connection.ExecuteScalar<int>("PRAGMA foreign_keys")));
        Assert.Equal(2, database.Read(connection => connection.ExecuteScalar<int>("PRAGMA synchronous")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void A_newer_schema_is_not_touched()
    {
        using (var database = new Database(FilePath)) database.Write(connection => connection.Execute("PRAGMA user_version = 999"));
        Assert.Contains("999", Assert.Throws<InvalidOperationException>(() => new Database(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_write_leaves_nothing()
    {
        using var database = new Database(FilePath);
        var apps = new AppStore(database, TimeProvider.System);
        Assert.Throws<SqliteException>(() => database.Write(connection =>
        {
            connection.Execute("INSERT INTO apps (name, created_at) VALUES ('half', '')");
            connection.Execute("INSERT INTO formation (app, type, quantity) VALUES ('half', 'web', 101)");
        }));
        Assert.Empty(apps.List());
        apps.Create("whole");
    }

    [Fact]
    public async Task Readers_and_the_writer_do_not_stop_each_other()
    {
        using var database = new Database(FilePath);
        var apps = new AppStore(database, TimeProvider.System);
        var writes = Task.Run(() =>
        {
            for (var i = 0; i < 200; i++) apps.Create($"app-{i}");
        });
        var reads = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            while (apps.List().Count < 200)
            {
            }
        }));
        await Task.WhenAll(reads.Append(writes)).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void A_release_cannot_be_changed()
    {
        using var database = new Database(FilePath);
        new AppStore(database, TimeProvider.System).Create("hello");
        new DeploymentStore(database, TimeProvider.System).Add(Draft());
        var error = Assert.Throws<SqliteException>(() => database.Write(connection => connection.Execute("UPDATE releases SET config = '{}'")));
        Assert.Contains("a release is immutable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_deployment_supersedes_the_one_under_way()
    {
        using var database = new Database(FilePath);
        new AppStore(database, TimeProvider.System).Create("hello");
        var deployments = new DeploymentStore(database, TimeProvider.System);
        deployments.Add(Draft());
        deployments.Add(Draft());
        Assert.Equal([DeploymentStatus.Pending, DeploymentStatus.Superseded], deployments.List("hello").Select(deployment => deployment.Status));
        Assert.False(deployments.Advance("hello", 1, Deployments.DeploymentEvent.Begin));
    }

    private static ReleaseDraft Draft() => new(
        "hello", ReleaseReason.Build, "Deploy", Digest.Compute("image"u8), new Dictionary<string, string>(), new Dictionary<string, string> { ["web"] = "x" }, null);
}
