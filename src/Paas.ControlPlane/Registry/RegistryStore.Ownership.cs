using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;
using Paas.ControlPlane.Store;
using Paas.Oci;

namespace Paas.ControlPlane.Registry;

internal sealed partial class RegistryStore
{
    // Blobs that somebody asked for, until when they are held.
    private readonly ConcurrentDictionary<OwnedRow, DateTimeOffset> _asked = new();

    /// <summary>
    /// Digests that somebody who pushed still owns: what tags name, what those name, what is about them, what is held because its push
    /// is not done, and what waits to be released.
    /// </summary>
    internal IReadOnlyCollection<Digest> Owned() => database.Read(connection =>
    {
        var living = Living(connection);
        var waiting = connection.Query<string>("SELECT image FROM image_deployments");
        return living.Manifests.Concat(living.Blobs).Select(row => row.Digest).Concat(waiting).Distinct().Select(Digest.Parse).ToList();
    });

    /// <summary>Removes the rows of what nobody owns any more.</summary>
    /// <param name="remove">False only counts.</param>
    /// <returns>Manifests without a tag.</returns>
    internal int Expire(bool remove)
    {
        var gone = database.Read(Dead);
        if (!remove || gone.Manifests.Count + gone.Blobs.Count == 0) return gone.Manifests.Count;
        return database.Write(connection =>
        {
            // Looked at again: a push may have taken some of it up.
            var dead = Dead(connection);
            connection.Execute("DELETE FROM registry_manifests WHERE repository = @Repository AND digest = @Digest", dead.Manifests);
            connection.Execute("DELETE FROM registry_blobs WHERE repository = @Repository AND digest = @Digest", dead.Blobs);
            return dead.Manifests.Count;
        });
    }

    private (List<OwnedRow> Manifests, List<OwnedRow> Blobs) Dead(SqliteConnection connection)
    {
        var living = Living(connection);
        return (
            [.. connection.Query<OwnedRow>("SELECT repository, digest FROM registry_manifests").Where(row => !living.Manifests.Contains(row))],
            [.. connection.Query<OwnedRow>("SELECT repository, digest FROM registry_blobs").Where(row => !living.Blobs.Contains(row))]);
    }

    private (HashSet<OwnedRow> Manifests, HashSet<OwnedRow> Blobs) Living(SqliteConnection connection)
    {
        var now = new { now = Instant.Format(time.GetUtcNow()) };
        var manifests = connection.Query<OwnedRow>(
            """
            SELECT repository, digest FROM registry_tags UNION
            SELECT repository, digest FROM registry_manifests WHERE held_until > @now
            """,
            now).ToHashSet();
        var links = connection.Query<LinkRow>("SELECT repository, manifest, digest FROM registry_links").ToLookup(row => new OwnedRow(row.Repository, row.Manifest));
        var about = connection.Query<LinkRow>("SELECT repository, subject AS manifest, digest FROM registry_manifests WHERE subject IS NOT NULL")
            .ToLookup(row => new OwnedRow(row.Repository, row.Manifest));
        var known = connection.Query<OwnedRow>("SELECT repository, digest FROM registry_manifests").ToHashSet();
        var blobs = connection.Query<OwnedRow>("SELECT repository, digest FROM registry_blobs WHERE held_until > @now", now).ToHashSet();
        foreach (var (row, until) in _asked)
        {
            if (until > time.GetUtcNow()) blobs.Add(row);
            else _asked.TryRemove(row, out _);
        }

        for (var found = new Queue<OwnedRow>(manifests); found.TryDequeue(out var manifest);)
        {
            foreach (var row in links[manifest].Concat(about[manifest]).Select(link => new OwnedRow(link.Repository, link.Digest)))
            {
                if (!known.Contains(row)) blobs.Add(row);
                else if (manifests.Add(row)) found.Enqueue(row);
            }
        }

        return (manifests, blobs);
    }

    private sealed record OwnedRow(string Repository, string Digest);

    private sealed record LinkRow(string Repository, string Manifest, string Digest);
}
