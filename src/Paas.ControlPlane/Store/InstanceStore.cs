using Dapper;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Store;

/// <summary>Which containers were asked for and what was decided about them.</summary>
internal sealed class InstanceStore(Database database)
{
    internal IReadOnlyList<Instance> List(string app) => database.Read(connection => connection.Query<InstanceRow>(
        """
        SELECT container, i.app, type, number, release, i.created_at, healthy_start, was_routed, retired_at, r.port, restart_asked_at
        FROM instances i LEFT JOIN releases r ON r.app = i.app AND r.version = i.release
        WHERE i.app = @app ORDER BY i.created_at, container
        """,
        new { app }).Select(row => row.ToInstance()).ToList());

    /// <summary>Apps that have instances, also those that are destroyed.</summary>
    internal IReadOnlyList<string> Apps() => database.Read(connection => connection.Query<string>("SELECT DISTINCT app FROM instances").ToList());

    internal IReadOnlySet<string> Containers() => database.Read(connection => connection.Query<string>("SELECT container FROM instances").ToHashSet());

    internal void Add(Instance instance) => database.Write(connection => connection.Execute(
        "INSERT INTO instances (container, app, type, number, release, created_at) VALUES (@Container, @App, @Type, @Number, @Release, @at)",
        new { instance.Container, instance.App, instance.Type, instance.Number, instance.Release, at = Instant.Format(instance.CreatedAt) }));

    internal void SetHealthy(string container, DateTimeOffset start) => database.Write(connection => connection.Execute(
        "UPDATE instances SET healthy_start = @start WHERE container = @container", new { container, start = Instant.Format(start) }));

    internal void SetRouted(IEnumerable<string> containers) => database.Write(connection => connection.Execute(
        "UPDATE instances SET was_routed = 1 WHERE container = @container AND was_routed = 0", containers.Select(container => new { container })));

    internal void Retire(string container, DateTimeOffset at) => database.Write(connection => connection.Execute(
        "UPDATE instances SET retired_at = COALESCE(retired_at, @at) WHERE container = @container", new { container, at = Instant.Format(at) }));

    /// <summary>All of them, or after a crash none.</summary>
    internal void AskRestart(IReadOnlyCollection<string> containers, DateTimeOffset at) => database.Write(connection => connection.Execute(
        "UPDATE instances SET restart_asked_at = @at WHERE container IN @containers", new { containers, at = Instant.Format(at) }));

    internal void AbandonRestart(string container) => database.Write(connection => connection.Execute(
        "UPDATE instances SET restart_asked_at = NULL WHERE container = @container", new { container }));

    internal void Remove(string container) => database.Write(connection => connection.Execute(
        "DELETE FROM instances WHERE container = @container", new { container }));

    private sealed record InstanceRow(
        string Container, string App, string Type, long Number, long Release, string Created_At, string? Healthy_Start, long Was_Routed, string? Retired_At, long? Port,
        string? Restart_Asked_At)
    {
        internal Instance ToInstance() => new(
            Container, App, Type, (int)Number, (int)Release, Instant.Parse(Created_At), Instant.ParseOptional(Healthy_Start), Was_Routed != 0, Instant.ParseOptional(Retired_At))
        {
            Port = (int?)Port,
            RestartAskedAt = Instant.ParseOptional(Restart_Asked_At),
        };
    }
}
