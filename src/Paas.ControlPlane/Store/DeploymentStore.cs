using Dapper;
using Microsoft.Data.Sqlite;
using Paas.Contracts.Api;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Store;

/// <summary>Deployments, every status they were in, and the release that is live.</summary>
internal sealed class DeploymentStore(Database database, TimeProvider time)
{
    /// <summary>
    /// Makes a release and its deployment in one step; a deployment that is still under way is superseded, and the build, where there
    /// is one, learns its release.
    /// </summary>
    internal (Release Release, Deployment Deployment) Add(ReleaseDraft draft) => database.Write(connection =>
    {
        var now = time.GetUtcNow();
        var release = ReleaseStore.Add(connection, draft, now);
        if (draft.Build is { } build && draft.Reason == ReleaseReason.Build)
            connection.Execute("UPDATE builds SET release = @Version WHERE app = @App AND number = @build", new { release.Version, draft.App, build });
        foreach (var old in Query(connection, draft.App).Where(deployment => DeploymentMachine.IsActive(deployment.Status)))
        {
            Move(connection, old, DeploymentEvent.Supersede, $"v{release.Version} took its place", now);
        }

        var id = connection.ExecuteScalar<int>("SELECT COALESCE(MAX(id), 0) + 1 FROM deployments WHERE app = @App", new { draft.App });
        connection.Execute(
            "INSERT INTO deployments (app, id, release, status) VALUES (@App, @id, @Version, 'Pending')", new { draft.App, id, release.Version });
        AddStep(connection, draft.App, id, DeploymentStatus.Pending, now);
        return (release, new Deployment(draft.App, id, release.Version, DeploymentStatus.Pending, null, [new DeploymentStep(DeploymentStatus.Pending, now)]));
    });

    /// <summary>
    /// Moves a deployment on. <see cref="DeploymentEvent.Switched"/> makes its release the live one, and its config the app's, in the same
    /// transaction. Does nothing where the event is not possible (any more).
    /// </summary>
    /// <returns>True where it moved.</returns>
    internal bool Advance(string app, int id, DeploymentEvent @event, string? error = null) => database.Write(connection =>
    {
        if (Query(connection, app).SingleOrDefault(one => one.Id == id) is not { } deployment || !DeploymentMachine.Can(deployment.Status, @event)) return false;
        Move(connection, deployment, @event, error, time.GetUtcNow());
        if (@event == DeploymentEvent.Switched) Promote(connection, app, deployment.Release);
        return true;
    });

    internal Deployment? Find(string app, int id) => List(app).SingleOrDefault(deployment => deployment.Id == id);

    internal Deployment? FindByRelease(string app, int release) => List(app).FirstOrDefault(deployment => deployment.Release == release);

    /// <summary>Newest first.</summary>
    internal IReadOnlyList<Deployment> List(string app) => database.Read(connection => Query(connection, app));

    /// <summary>Versions of the releases that are live or were.</summary>
    internal IReadOnlySet<int> Served(string app) =>
        List(app).Where(deployment => deployment.Steps.Any(step => step.Status == DeploymentStatus.Draining)).Select(deployment => deployment.Release).ToHashSet();

    /// <summary>Those that have not ended, newest first.</summary>
    internal IReadOnlyList<Deployment> Open(string app) =>
        database.Read(connection => Query(connection, app, "AND status NOT IN ('Succeeded', 'Failed', 'Superseded')"));

    private static void Promote(SqliteConnection connection, string app, int release)
    {
        connection.Execute("UPDATE apps SET live_release = @release WHERE name = @app", new { app, release });
        var config = connection.QuerySingle<string>("SELECT config FROM releases WHERE app = @app AND version = @release", new { app, release });
        ConfigRows.Replace(connection, app, Json.Read(config));
    }

    private static void Move(SqliteConnection connection, Deployment deployment, DeploymentEvent @event, string? error, DateTimeOffset now)
    {
        var status = DeploymentMachine.Next(deployment.Status, @event);
        connection.Execute(
            "UPDATE deployments SET status = @status, error = @error WHERE app = @App AND id = @Id",
            new { deployment.App, deployment.Id, status = status.ToString(), error });
        AddStep(connection, deployment.App, deployment.Id, status, now);
    }

    private static void AddStep(SqliteConnection connection, string app, int id, DeploymentStatus status, DateTimeOffset at) => connection.Execute(
        """
        INSERT INTO deployment_steps (app, deployment, position, status, at)
        SELECT @app, @id, COUNT(*), @status, @at FROM deployment_steps WHERE app = @app AND deployment = @id
        """,
        new { app, id, status = status.ToString(), at = Instant.Format(at) });

    private static List<Deployment> Query(SqliteConnection connection, string app, string only = "")
    {
        // The steps after them: of a deployment that is made in between there are some then.
        var rows = connection.Query<(long Id, long Release, string Status, string? Error)>(
            $"SELECT id, release, status, error FROM deployments WHERE app = @app {only} ORDER BY id DESC", new { app }).ToList();
        var steps = connection.Query<(long Deployment, string Status, string At)>(
            "SELECT deployment, status, at FROM deployment_steps WHERE app = @app ORDER BY deployment, position", new { app }).ToLookup(step => step.Deployment);
        return rows
            .Select(row => new Deployment(
                app, (int)row.Id, (int)row.Release, Enum.Parse<DeploymentStatus>(row.Status), row.Error,
                [.. steps[row.Id].Select(step => new DeploymentStep(Enum.Parse<DeploymentStatus>(step.Status), Instant.Parse(step.At)))]))
            .ToList();
    }
}
