using Dapper;
using Microsoft.Data.Sqlite;
using Paas.ControlPlane.Store;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.ControlPlane.Registry;

/// <summary>A manifest that a repository has.</summary>
internal sealed record StoredManifest(Digest Digest, string MediaType, string? ArtifactType, long Size);

/// <summary>The rows of what was pushed: which repository has which content, and its tags.</summary>
internal sealed partial class RegistryStore(Database database, TimeProvider time)
{
    /// <summary>How long content stays that nothing names yet: as long as a slow push may take.</summary>
    internal static readonly TimeSpan Hold = TimeSpan.FromHours(24);

    internal bool HasBlob(string repository, Digest digest) => database.Read(connection => connection.ExecuteScalar<bool>(
        "SELECT EXISTS (SELECT 1 FROM registry_blobs WHERE repository = @repository AND digest = @digest)", new { repository, digest = digest.ToString() }));

    /// <summary>Repositories that have the blob.</summary>
    internal IReadOnlyList<string> RepositoriesWith(Digest blob) => database.Read(connection => connection.Query<string>(
        "SELECT repository FROM registry_blobs WHERE digest = @digest ORDER BY repository", new { digest = blob.ToString() }).ToList());

    /// <summary>Gives the blob to the repository, or holds it anew where it has it.</summary>
    internal void AddBlob(string repository, Digest digest) => database.Write(connection => connection.Execute(
        """
        INSERT INTO registry_blobs (app, repository, digest, held_until) VALUES (@app, @repository, @digest, @until)
        ON CONFLICT DO UPDATE SET held_until = excluded.held_until
        """,
        new { app = RepositoryName.AppOf(repository), repository, digest = digest.ToString(), until = Instant.Format(time.GetUtcNow() + Hold) }));

    /// <summary>
    /// Somebody asks whether the blob is here and will not push it then: it is held long enough for the manifest to follow. Writes only
    /// where nothing holds it so long already. One that manifests name is held in memory, because a push asks for each of its blobs: a
    /// restart forgets that, and to lose by it another has to take the manifests away in the midst of the push, which then fails.
    /// </summary>
    internal void HoldBlob(string repository, Digest digest)
    {
        var now = time.GetUtcNow();
        var (key, soon) = (new { repository, digest = digest.ToString() }, Instant.Format(now + (Hold / 2)));
        var row = database.Read(connection => connection.QuerySingleOrDefault<HeldRow>(
            "SELECT held_until FROM registry_blobs WHERE repository = @repository AND digest = @digest", key));
        if (row is { Held_Until: null }) _asked[new OwnedRow(repository, digest.ToString())] = now + Hold;
        else if (row is null || string.CompareOrdinal(row.Held_Until, soon) < 0) AddBlob(repository, digest);
    }

    internal bool RemoveBlob(string repository, Digest digest) => database.Write(connection => connection.Execute(
        "DELETE FROM registry_blobs WHERE repository = @repository AND digest = @digest", new { repository, digest = digest.ToString() })) > 0;

    internal StoredManifest? FindManifest(string repository, Digest digest) => database.Read(connection =>
        connection.QuerySingleOrDefault<ManifestRow>(
            "SELECT digest, media_type, artifact_type, size FROM registry_manifests WHERE repository = @repository AND digest = @digest",
            new { repository, digest = digest.ToString() }))?.ToManifest();

    /// <summary>Whether any of the app's repositories has the manifest.</summary>
    internal bool HasManifestOf(string app, Digest digest) => database.Read(connection => connection.ExecuteScalar<bool>(
        "SELECT EXISTS (SELECT 1 FROM registry_manifests WHERE app = @app AND digest = @digest)", new { app, digest = digest.ToString() }));

    internal StoredManifest? FindTag(string repository, string tag) => database.Read(connection =>
        connection.QuerySingleOrDefault<ManifestRow>(
            """
            SELECT m.digest, m.media_type, m.artifact_type, m.size FROM registry_tags t
            JOIN registry_manifests m ON m.repository = t.repository AND m.digest = t.digest
            WHERE t.repository = @repository AND t.tag = @tag
            """,
            new { repository, tag }))?.ToManifest();

    /// <summary>
    /// Gives a manifest to the repository under these tags. What it names is held by it from now on, and a manifest that loses its last
    /// tag to it is held by nothing more.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="digest">Of the manifest, which is in the content store.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="links">What it names.</param>
    /// <param name="tags">May be none.</param>
    /// <param name="deploy">The tag, of these, as which it is to be released; null for none.</param>
    internal void AddManifest(string repository, Digest digest, long size, ManifestLinks links, IReadOnlyList<string> tags, string? deploy) => database.Write(connection =>
    {
        var now = time.GetUtcNow();
        var app = RepositoryName.AppOf(repository);
        var name = digest.ToString();
        connection.Execute(
            """
            INSERT INTO registry_manifests (app, repository, digest, media_type, artifact_type, subject, size, held_until)
            VALUES (@app, @repository, @name, @MediaType, @ArtifactType, @subject, @size, @until)
            ON CONFLICT DO UPDATE SET held_until = COALESCE(excluded.held_until, held_until)
            """,
            new
            {
                app, repository, name, links.MediaType, links.ArtifactType, subject = links.Subject?.Digest.ToString(), size,
                until = tags.Count > 0 ? null : Instant.Format(now + Hold),
            });
        foreach (var named in links.Blobs.Concat(links.Manifests).Select(descriptor => descriptor.Digest.ToString()).Distinct())
        {
            connection.Execute("INSERT OR IGNORE INTO registry_links (repository, manifest, digest) VALUES (@repository, @name, @named)", new { repository, name, named });
            Release(connection, "registry_blobs", repository, named);
            Release(connection, "registry_manifests", repository, named);
        }

        foreach (var tag in tags) SetTag(connection, app, repository, tag, name, now);
        if (deploy is not null) RequestDeployment(connection, app, digest, $"{repository}:{deploy}", now);
    });

    /// <summary>Takes the manifest, and every tag of it, from the repository.</summary>
    internal bool RemoveManifest(string repository, Digest digest) => database.Write(connection => connection.Execute(
        "DELETE FROM registry_manifests WHERE repository = @repository AND digest = @digest", new { repository, digest = digest.ToString() })) > 0;

    /// <summary>Takes the tag away; the manifest is held by nothing more unless something else names it.</summary>
    internal bool RemoveTag(string repository, string tag) => database.Write(connection =>
    {
        var old = TaggedAs(connection, repository, tag);
        if (old is null) return false;
        connection.Execute("DELETE FROM registry_tags WHERE repository = @repository AND tag = @tag", new { repository, tag });
        Release(connection, "registry_manifests", repository, old);
        return true;
    });

    internal IReadOnlyList<string> Tags(string repository) => database.Read(connection => connection.Query<string>(
        "SELECT tag FROM registry_tags WHERE repository = @repository", new { repository }).ToList());

    /// <summary>Every tag of the app's repositories: <c>tag</c>, or <c>sub:tag</c> of <c>APP/sub</c>.</summary>
    internal IReadOnlyList<(string Name, Digest Digest)> TagsOf(string app) => database.Read(connection => connection
        .Query<(string Repository, string Tag, string Digest)>("SELECT repository, tag, digest FROM registry_tags WHERE app = @app ORDER BY repository, tag", new { app })
        .Select(row => (row.Repository == app ? row.Tag : $"{row.Repository[(app.Length + 1)..]}:{row.Tag}", Digest.Parse(row.Digest))).ToList());

    /// <summary>Manifests about that one, in the order of their digests.</summary>
    internal IReadOnlyList<StoredManifest> Referrers(string repository, Digest subject) => database.Read(connection => connection.Query<ManifestRow>(
        "SELECT digest, media_type, artifact_type, size FROM registry_manifests WHERE repository = @repository AND subject = @subject ORDER BY digest",
        new { repository, subject = subject.ToString() }).Select(row => row.ToManifest()).ToList());

    /// <summary>Repositories that have a manifest.</summary>
    internal IReadOnlyList<string> Repositories() => database.Read(connection => connection.Query<string>(
        "SELECT DISTINCT repository FROM registry_manifests").ToList());

    private static void SetTag(SqliteConnection connection, string app, string repository, string tag, string digest, DateTimeOffset now)
    {
        var old = TaggedAs(connection, repository, tag);
        connection.Execute(
            """
            INSERT INTO registry_tags (app, repository, tag, digest, pushed_at) VALUES (@app, @repository, @tag, @digest, @at)
            ON CONFLICT DO UPDATE SET digest = excluded.digest, pushed_at = excluded.pushed_at
            """,
            new { app, repository, tag, digest, at = Instant.Format(now) });
        if (old is not null && old != digest) Release(connection, "registry_manifests", repository, old);
    }

    private static string? TaggedAs(SqliteConnection connection, string repository, string tag) => connection.QuerySingleOrDefault<string?>(
        "SELECT digest FROM registry_tags WHERE repository = @repository AND tag = @tag", new { repository, tag });

    // The table's name is one of two of ours.
    private static void Release(SqliteConnection connection, string table, string repository, string digest) => connection.Execute(
        $"UPDATE {table} SET held_until = NULL WHERE repository = @repository AND digest = @digest AND held_until IS NOT NULL", new { repository, digest });

    private sealed record HeldRow(string? Held_Until);

    private sealed record ManifestRow(string Digest, string Media_Type, string? Artifact_Type, long Size)
    {
        internal StoredManifest ToManifest() => new(Oci.Digest.Parse(Digest), Media_Type, Artifact_Type, Size);
    }
}
