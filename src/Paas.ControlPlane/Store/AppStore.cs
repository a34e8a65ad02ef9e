using Dapper;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Store;

/// <summary>Apps, their config vars and their formation.</summary>
internal sealed class AppStore(Database database, TimeProvider time)
{
    private const string Ended = "destroyed/";

    internal static PaasException NotFound(string name) => new(ErrorCode.AppNotFound, $"App {name} does not exist", "paas apps lists the ones there are.");

    /// <summary>Conflict where there is an app of that name, or one is still being destroyed.</summary>
    internal void Create(string name) => database.Write(connection =>
    {
        if (connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM settings WHERE name = @ended)", new { ended = Ended + name }))
            throw new PaasException(ErrorCode.Conflict, $"the app {name} that was destroyed is not all gone yet", "Try again in a moment.");
        var added = connection.Execute("INSERT OR IGNORE INTO apps (name, created_at) VALUES (@name, @now)", new { name, now = Instant.Format(time.GetUtcNow()) });
        if (added == 0) throw new PaasException(ErrorCode.Conflict, $"there is an app named {name} already", "Choose another name.");
    });

    /// <summary>AppNotFound where there is none.</summary>
    internal App Get(string name) => Find(name) ?? throw NotFound(name);

    internal App? Find(string name) => database.Read(connection =>
        connection.QuerySingleOrDefault<AppRow>("SELECT name, deploy_branch, live_release, created_at FROM apps WHERE name = @name", new { name }))?.ToApp();

    internal IReadOnlyList<App> List() => database.Read(connection =>
        connection.Query<AppRow>("SELECT name, deploy_branch, live_release, created_at FROM apps ORDER BY name").Select(row => row.ToApp()).ToList());

    /// <summary>
    /// True where the app was there. Its rows and settings go with it, but for instances, which the reconciler removes with their containers.
    /// Its name is free again once <see cref="ForgetEnded"/> says that nothing else is left.
    /// </summary>
    internal bool Delete(string name) => database.Write(connection =>
    {
        connection.Execute("UPDATE instances SET retired_at = COALESCE(retired_at, @now) WHERE app = @name", new { name, now = Instant.Format(time.GetUtcNow()) });
        if (connection.Execute("DELETE FROM apps WHERE name = @name", new { name }) == 0) return false;
        // Each is named KIND/APP, and the name of an app has no slash.
        connection.Execute("DELETE FROM settings WHERE name LIKE '%/' || @name", new { name });
        connection.Execute("INSERT INTO settings (name, value) VALUES (@ended, '')", new { ended = Ended + name });
        return true;
    });

    /// <summary>Apps that were deleted and of which something else may be left.</summary>
    internal IReadOnlyList<string> EndedApps() => database.Read(connection =>
        connection.Query<string>("SELECT name FROM settings WHERE name LIKE @ended || '%'", new { ended = Ended }).Select(name => name[Ended.Length..]).ToList());

    /// <summary>Nothing is left of a deleted app.</summary>
    internal void ForgetEnded(string name) => database.Write(connection => connection.Execute("DELETE FROM settings WHERE name = @ended", new { ended = Ended + name }));

    /// <summary>Makes a branch the app's own unless it has one.</summary>
    /// <returns>True where it is the app's from now on and was not before.</returns>
    internal bool AdoptBranch(string name, string branch) => database.Write(connection =>
        connection.Execute("UPDATE apps SET deploy_branch = @branch WHERE name = @name AND deploy_branch IS NULL", new { name, branch })) > 0;

    /// <summary>Null: the next push adopts its branch.</summary>
    internal void SetDeployBranch(string name, string? branch) => database.Write(connection =>
        connection.Execute("UPDATE apps SET deploy_branch = @branch WHERE name = @name", new { name, branch }));

    internal IReadOnlyDictionary<string, string> Config(string app) => database.Read(connection =>
        connection.Query<(string Name, string Value)>("SELECT name, value FROM config_vars WHERE app = @app ORDER BY name", new { app })
            .ToDictionary(pair => pair.Name, pair => pair.Value));

    /// <summary>Names that are marked secret, whether they are set now or not: an earlier release may have them, and may come back.</summary>
    internal IReadOnlySet<string> SecretVars(string app) => database.Read(connection =>
        connection.Query<string>("SELECT name FROM secret_vars WHERE app = @app", new { app }).ToHashSet(StringComparer.Ordinal));

    /// <summary>Marks config vars as secret, whether they are set yet or not, and takes the mark from others.</summary>
    internal void MarkSecret(string app, IReadOnlyList<string> secret, IReadOnlyList<string> plain)
    {
        if (secret.Count + plain.Count == 0) return;
        database.Write(connection =>
        {
            foreach (var name in plain) connection.Execute("DELETE FROM secret_vars WHERE app = @app AND name = @name", new { app, name });
            foreach (var name in secret) connection.Execute("INSERT OR IGNORE INTO secret_vars (app, name) VALUES (@app, @name)", new { app, name });
        });
    }

    internal void ReplaceConfig(string app, IReadOnlyDictionary<string, string> config) =>
        database.Write(connection => ConfigRows.Replace(connection, app, config));

    internal IReadOnlyDictionary<string, int> Formation(string app) => database.Read(connection =>
        connection.Query<(string Type, long Quantity)>("SELECT type, quantity FROM formation WHERE app = @app ORDER BY type", new { app })
            .ToDictionary(pair => pair.Type, pair => (int)pair.Quantity));

    internal void SetFormation(string app, IReadOnlyDictionary<string, int> quantities) => database.Write(connection =>
    {
        foreach (var (type, quantity) in quantities)
        {
            connection.Execute(
                "INSERT INTO formation (app, type, quantity) VALUES (@app, @type, @quantity) ON CONFLICT DO UPDATE SET quantity = excluded.quantity",
                new { app, type, quantity });
        }
    });

    private sealed record AppRow(string Name, string? Deploy_Branch, long? Live_Release, string Created_At)
    {
        internal App ToApp() => new(Name, Deploy_Branch, (int?)Live_Release, Instant.Parse(Created_At));
    }
}
