using Dapper;
using Microsoft.Data.Sqlite;
using Paas.ControlPlane.Store;
using Paas.Oci;

namespace Paas.ControlPlane.Registry;

/// <summary>An image that was pushed to be released.</summary>
/// <param name="App">Whose.</param>
/// <param name="Image">Manifest or index.</param>
/// <param name="Reference">As it was pushed: <c>app:tag</c>.</param>
internal sealed record RequestedDeployment(string App, Digest Image, string Reference);

internal sealed partial class RegistryStore
{
    /// <summary>What <see cref="DeployTag"/> says when every tag is released.</summary>
    internal const string EveryTag = "*";

    /// <summary>Which pushed tag of the app is released; null for none.</summary>
    internal string? DeployTag(string app) => database.Read(connection => connection.QuerySingleOrDefault<string?>(
        "SELECT deploy_tag FROM apps WHERE name = @app", new { app }));

    internal void SetDeployTag(string app, string? tag) => database.Write(connection => connection.Execute(
        "UPDATE apps SET deploy_tag = @tag WHERE name = @app", new { app, tag }));

    /// <summary>What waits to be released, of every app.</summary>
    internal IReadOnlyList<RequestedDeployment> RequestedDeployments() => database.Read(connection => connection
        .Query<(string App, string Image, string Reference)>("SELECT app, image, reference FROM image_deployments ORDER BY requested_at")
        .Select(row => new RequestedDeployment(row.App, Digest.Parse(row.Image), row.Reference)).ToList());

    /// <summary>It has been tried; a newer one that took its place meanwhile stays.</summary>
    internal void EndDeployment(RequestedDeployment done) => database.Write(connection => connection.Execute(
        "DELETE FROM image_deployments WHERE app = @App AND image = @image AND reference = @Reference",
        new { done.App, image = done.Image.ToString(), done.Reference }));

    private static void RequestDeployment(SqliteConnection connection, string app, Digest image, string reference, DateTimeOffset now) => connection.Execute(
        """
        INSERT INTO image_deployments (app, image, reference, requested_at) VALUES (@app, @image, @reference, @at)
        ON CONFLICT DO UPDATE SET image = excluded.image, reference = excluded.reference, requested_at = excluded.requested_at
        """,
        new { app, image = image.ToString(), reference, at = Instant.Format(now) });
}
