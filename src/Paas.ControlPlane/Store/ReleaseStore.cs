using Dapper;
using Microsoft.Data.Sqlite;
using Paas.Contracts.Api;
using Paas.ControlPlane.Domain;
using Paas.Oci;

namespace Paas.ControlPlane.Store;

/// <summary>Releases; written once.</summary>
internal sealed class ReleaseStore(Database database)
{
    private const string Columns = "app, version, reason, description, image, config, processes, build, created_at, port, manifest";

    internal Release? Find(string app, int version) => database.Read(connection => connection.QuerySingleOrDefault<ReleaseRow>(
        $"SELECT {Columns} FROM releases WHERE app = @app AND version = @version", new { app, version }))?.ToRelease();

    internal Release Get(string app, int version) =>
        Find(app, version) ?? throw new InvalidOperationException($"{app} has no release v{version}");

    /// <summary>Newest first.</summary>
    internal IReadOnlyList<Release> List(string app) => database.Read(connection => connection.Query<ReleaseRow>(
        $"SELECT {Columns} FROM releases WHERE app = @app ORDER BY version DESC", new { app }).Select(row => row.ToRelease()).ToList());

    /// <summary>
    /// Images of every app that are kept: of the live release, of the newest one, of those that instances run or deployments make live, and
    /// the newest that served. Releases that only changed config, or never went live, take no other's place.
    /// </summary>
    /// <param name="newest">How many that served, of each app.</param>
    internal IReadOnlyList<Digest> KeptImages(int newest) => database.Read(connection => connection.Query<string>(
        """
        SELECT DISTINCT r.image FROM releases r JOIN apps a ON a.name = r.app
        WHERE r.version = a.live_release
           OR r.version = (SELECT MAX(version) FROM releases WHERE app = r.app)
           OR r.image IN (
               SELECT s.image FROM releases s JOIN deployments d ON d.app = s.app AND d.release = s.version
               JOIN deployment_steps t ON t.app = d.app AND t.deployment = d.id AND t.status = 'Draining'
               WHERE s.app = r.app GROUP BY s.image ORDER BY MAX(s.version) DESC LIMIT @newest)
           OR EXISTS (SELECT 1 FROM instances i WHERE i.app = r.app AND i.release = r.version)
           OR EXISTS (SELECT 1 FROM deployments d WHERE d.app = r.app AND d.release = r.version AND d.status NOT IN ('Succeeded', 'Failed', 'Superseded'))
        """,
        new { newest }).Select(Digest.Parse).ToList());

    /// <summary>What a draft becomes if nothing else comes before it.</summary>
    internal Release Preview(ReleaseDraft draft, DateTimeOffset now) => new(
        draft.App, (List(draft.App) is [var newest, ..] ? newest.Version : 0) + 1, draft.Reason, draft.Description, draft.Image, draft.Config, draft.Processes, draft.Build,
        now, draft.Port)
    {
        Manifest = draft.Manifest,
    };

    /// <summary>Every live release that has one, with what its <c>app.json</c> says.</summary>
    internal IReadOnlyList<(string App, int Version, ReleaseManifest Manifest)> LiveManifests() => database.Read(connection =>
        connection.Query<(string App, long Version, string Manifest)>(
            "SELECT r.app, r.version, r.manifest FROM apps a JOIN releases r ON r.app = a.name AND r.version = a.live_release WHERE r.manifest IS NOT NULL")
            .Select(row => (row.App, (int)row.Version, Json.ReadManifest(row.Manifest))).ToList());

    /// <summary>Adds a release with the next version, inside the transaction that is open; gives new process types their first quantity.</summary>
    internal static Release Add(SqliteConnection connection, ReleaseDraft draft, DateTimeOffset now)
    {
        var version = connection.ExecuteScalar<int>("SELECT COALESCE(MAX(version), 0) + 1 FROM releases WHERE app = @App", new { draft.App });
        connection.Execute(
            $"INSERT INTO releases ({Columns}) VALUES (@App, @version, @reason, @Description, @image, @config, @processes, @Build, @now, @Port, @manifest)",
            new
            {
                draft.App, version, reason = draft.Reason.ToString(), draft.Description, image = draft.Image.ToString(),
                config = Json.Write(draft.Config), processes = Json.Write(draft.Processes), draft.Build, now = Instant.Format(now), draft.Port, manifest = Json.Write(draft.Manifest),
            });
        foreach (var type in Formations.ScalableTypes(draft.Processes))
        {
            connection.Execute(
                "INSERT OR IGNORE INTO formation (app, type, quantity) VALUES (@App, @type, @quantity)",
                new { draft.App, type, quantity = draft.Formation?.TryGetValue(type, out var wanted) == true ? wanted : Formations.DefaultQuantity(type) });
        }

        return new Release(draft.App, version, draft.Reason, draft.Description, draft.Image, draft.Config, draft.Processes, draft.Build, now, draft.Port)
        {
            Manifest = draft.Manifest,
        };
    }

    private sealed record ReleaseRow(
        string App, long Version, string Reason, string Description, string Image, string Config, string Processes, long? Build, string Created_At, long? Port, string? Manifest)
    {
        internal Release ToRelease() => new(
            App, (int)Version, Enum.Parse<ReleaseReason>(Reason), Description, Digest.Parse(Image), Json.Read(Config), Json.Read(Processes), (int?)Build, Instant.Parse(Created_At), (int?)Port) { Manifest = Json.ReadManifest(Manifest) };
    }
}

/// <summary>A release that has no version yet.</summary>
/// <param name="Formation">How many instances process types begin with that have no quantity yet; null takes the usual.</param>
internal sealed record ReleaseDraft(
    string App,
    ReleaseReason Reason,
    string Description,
    Digest Image,
    IReadOnlyDictionary<string, string> Config,
    IReadOnlyDictionary<string, string> Processes,
    int? Build,
    int? Port = null,
    IReadOnlyDictionary<string, int>? Formation = null)
{
    /// <summary>What its <c>app.json</c> says of how it runs.</summary>
    internal ReleaseManifest Manifest { get; init; } = ReleaseManifest.None;

    /// <summary>A release like another, but for why it is made and its config.</summary>
    internal static ReleaseDraft From(Release release, ReleaseReason reason, string description, IReadOnlyDictionary<string, string> config) =>
        new(release.App, reason, description, release.Image, config, release.Processes, release.Build, release.Port) { Manifest = release.Manifest };
}
