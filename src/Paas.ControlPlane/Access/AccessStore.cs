using Dapper;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Access;

/// <summary>People, and which apps they may do what with.</summary>
public sealed class AccessStore(Database database, TimeProvider time)
{
    private const int LongestName = 100;

    /// <summary>By name.</summary>
    public IReadOnlyList<UserDocument> Users() => database.Read(connection => connection.Query<UserRow>(
        "SELECT name, admin, created_at, (SELECT COUNT(*) FROM app_access WHERE user = name) AS apps FROM users ORDER BY name").Select(row => row.ToDocument()).ToList());

    /// <summary>Null where there is no such person.</summary>
    public UserDocument? FindUser(string name) => Users().FirstOrDefault(user => user.Name == name);

    /// <summary>Adds a person, or changes what they are. InvalidRequest for a bad name, Conflict for the name of a token.</summary>
    public UserDocument SetUser(string name, bool admin)
    {
        if (name.Length is 0 or > LongestName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@' or '+') || !char.IsAsciiLetterOrDigit(name[0]))
            throw new PaasException(ErrorCode.InvalidRequest, $"'{name}' is no name for a user", $"1 to {LongestName} letters, digits and . _ - @ +, the first a letter or a digit; an e-mail address is one.");
        if (name == Subject.RootName) throw new PaasException(ErrorCode.InvalidRequest, "'root' is the local administrator, who is always there");
        database.Write(connection =>
        {
            if (connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM tokens WHERE name = @name)", new { name }))
                throw new PaasException(ErrorCode.Conflict, $"there is a token named '{name}', and both can be who somebody is", "Choose another name, or take that token away: paas tokens:remove");
            connection.Execute(
                "INSERT INTO users (name, admin, created_at) VALUES (@name, @admin, @now) ON CONFLICT DO UPDATE SET admin = excluded.admin",
                new { name, admin = admin ? 1 : 0, now = Instant.Format(time.GetUtcNow()) });
        });
        return FindUser(name)!;
    }

    /// <summary>Takes a person away, with their tokens and all they may. NotFound where there is none.</summary>
    public void RemoveUser(string name)
    {
        if (database.Write(connection => connection.Execute("DELETE FROM users WHERE name = @name", new { name })) == 0) throw NoUser(name);
    }

    /// <summary>Who may do what with an app, by name.</summary>
    public IReadOnlyList<AccessDocument> Of(string app) => database.Read(connection => connection.Query<(string User, string Role)>(
        "SELECT user, role FROM app_access WHERE app = @app ORDER BY user", new { app }).Select(row => new AccessDocument(row.User, Enum.Parse<AccessRole>(row.Role))).ToList());

    /// <summary>Gives a person a role with an app, in place of the one they have. AppNotFound, and NotFound where there is no such person.</summary>
    public AccessDocument Give(string app, string user, AccessRole role)
    {
        database.Write(connection =>
        {
            if (!HasApp(app)) throw AppStore.NotFound(app);
            if (!connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM users WHERE name = @user)", new { user })) throw NoUser(user);
            connection.Execute(
                "INSERT INTO app_access (app, user, role) VALUES (@app, @user, @role) ON CONFLICT DO UPDATE SET role = excluded.role", new { app, user, role = role.ToString() });
        });
        return new AccessDocument(user, role);
    }

    /// <summary>Takes a person's role with an app away. NotFound where they have none.</summary>
    public void Take(string app, string user)
    {
        if (database.Write(connection => connection.Execute("DELETE FROM app_access WHERE app = @app AND user = @user", new { app, user })) == 0)
            throw new PaasException(ErrorCode.NotFound, $"{user} has no role with {app}", $"paas access -a {app} lists who has.");
    }

    internal bool HasApp(string app) => database.Read(connection => connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM apps WHERE name = @app)", new { app }));

    internal AccessRole? RoleOf(string app, string user) => database.Read(connection => connection.QuerySingleOrDefault<string?>(
        "SELECT role FROM app_access WHERE app = @app AND user = @user", new { app, user })) is { } role ? Enum.Parse<AccessRole>(role) : null;

    internal Dictionary<string, AccessRole> RolesOf(string user) => database.Read(connection => connection.Query<(string App, string Role)>(
        "SELECT app, role FROM app_access WHERE user = @user", new { user }).ToDictionary(row => row.App, row => Enum.Parse<AccessRole>(row.Role)));

    private static PaasException NoUser(string name) => new(ErrorCode.NotFound, $"there is no user {name}", $"An administrator of the platform adds one: paas users:add {name}");

    private sealed record UserRow(string Name, long Admin, string Created_At, long Apps)
    {
        internal UserDocument ToDocument() => new(Name, Admin != 0, (int)Apps, Instant.Parse(Created_At));
    }
}
