using Dapper;
using Paas.Contracts.Api;
using Paas.ControlPlane.Domain;
using Paas.Oci;

namespace Paas.ControlPlane.Store;

/// <summary>Builds.</summary>
internal sealed class BuildStore(Database database, TimeProvider time)
{
    private const string Columns = "app, number, status, source, commit_id, branch, message, author, release, attempts, error, created_at, ended_at";

    /// <summary>Adds a queued build, and cancels those of the app that wait, for they are older.</summary>
    internal (BuildRecord Added, IReadOnlyList<BuildRecord> Superseded) Add(string app, Digest tree, BuildSource source) => database.Write(connection =>
    {
        var now = Instant.Format(time.GetUtcNow());
        var number = connection.ExecuteScalar<int>("SELECT COALESCE(MAX(number), 0) + 1 FROM builds WHERE app = @app", new { app });
        var superseded = connection.Query<BuildRow>(
            $"""
            UPDATE builds SET status = 'Canceled', ended_at = @now, error = @error
            WHERE app = @app AND status = 'Queued' RETURNING {Columns}
            """,
            new { app, now, error = $"build {number} took its place: a newer push came before it began" }).Select(row => row.ToBuild()).ToList();
        connection.Execute(
            """
            INSERT INTO builds (app, number, status, source, commit_id, branch, message, author, created_at)
            VALUES (@app, @number, 'Queued', @tree, @Commit, @Branch, @Message, @Author, @now)
            """,
            new { app, number, tree = tree.ToString(), source.Commit, source.Branch, source.Message, source.Author, now });
        return (new BuildRecord(app, number, BuildStatus.Queued, tree, source, null, 0, null, Instant.Parse(now), null), (IReadOnlyList<BuildRecord>)superseded);
    });

    internal BuildRecord? Find(string app, int number) => database.Read(connection => connection.QuerySingleOrDefault<BuildRow>(
        $"SELECT {Columns} FROM builds WHERE app = @app AND number = @number", new { app, number }))?.ToBuild();

    /// <summary>Newest first.</summary>
    internal IReadOnlyList<BuildRecord> List(string app) => database.Read(connection => connection.Query<BuildRow>(
        $"SELECT {Columns} FROM builds WHERE app = @app ORDER BY number DESC", new { app }).Select(row => row.ToBuild()).ToList());

    /// <summary>Every build that has not ended, oldest first.</summary>
    internal IReadOnlyList<BuildRecord> Unfinished() => database.Read(connection => connection.Query<BuildRow>(
        $"SELECT {Columns} FROM builds WHERE status IN ('Queued', 'Running') ORDER BY app, number").Select(row => row.ToBuild()).ToList());

    /// <summary>Counts one more attempt; null where the build has ended or is not there.</summary>
    internal BuildRecord? Begin(string app, int number) => database.Write(connection => connection.QuerySingleOrDefault<BuildRow>(
        $"""
        UPDATE builds SET status = 'Running', attempts = attempts + 1
        WHERE app = @app AND number = @number AND status IN ('Queued', 'Running') RETURNING {Columns}
        """,
        new { app, number }))?.ToBuild();

    /// <summary>Ends a build that still waits.</summary>
    /// <returns>True where it did.</returns>
    internal bool CancelQueued(string app, int number, string error) => database.Write(connection => connection.Execute(
        "UPDATE builds SET status = 'Canceled', error = @error, ended_at = @now WHERE app = @app AND number = @number AND status = 'Queued'",
        new { app, number, error, now = Instant.Format(time.GetUtcNow()) })) > 0;

    /// <summary>Ends a build; one that has ended stays as it is.</summary>
    internal void End(string app, int number, BuildStatus status, string? error) => database.Write(connection => connection.Execute(
        "UPDATE builds SET status = @status, error = @error, ended_at = @now WHERE app = @app AND number = @number AND status IN ('Queued', 'Running')",
        new { app, number, status = status.ToString(), error, now = Instant.Format(time.GetUtcNow()) }));

    /// <summary>Removes the records of ended builds beyond the newest <paramref name="keep"/>, but never the live release's.</summary>
    /// <returns>The numbers that are gone.</returns>
    internal IReadOnlyList<int> Prune(string app, int keep) => database.Write(connection => connection.Query<int>(
        """
        DELETE FROM builds WHERE app = @app AND status NOT IN ('Queued', 'Running')
            AND number NOT IN (SELECT number FROM builds WHERE app = @app ORDER BY number DESC LIMIT @keep)
            AND number NOT IN (SELECT build FROM releases JOIN apps ON apps.name = releases.app AND apps.live_release = releases.version
                               WHERE releases.app = @app AND build IS NOT NULL)
        RETURNING number
        """,
        new { app, keep }).ToList());

    /// <summary>Digests of every source tree that a build needs.</summary>
    internal IReadOnlySet<string> Trees() => database.Read(connection => connection.Query<string>("SELECT DISTINCT source FROM builds").ToHashSet());

    private sealed record BuildRow(
        string App, long Number, string Status, string Source, string? Commit_Id, string? Branch, string? Message, string? Author,
        long? Release, long Attempts, string? Error, string Created_At, string? Ended_At)
    {
        internal BuildRecord ToBuild() => new(
            App, (int)Number, Enum.Parse<BuildStatus>(Status), Digest.Parse(Source), new BuildSource(Commit_Id, Branch, Message, Author),
            (int?)Release, (int)Attempts, Error, Instant.Parse(Created_At), Instant.ParseOptional(Ended_At));
    }
}
