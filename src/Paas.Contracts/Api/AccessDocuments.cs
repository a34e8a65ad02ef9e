using Paas.Contracts.Supervision;

namespace Paas.Contracts.Api;

/// <summary>How much somebody may do with an app, or a token at all. Each has what the ones before it have.</summary>
public enum AccessRole
{
    /// <summary>See the app, its releases, builds and logs; fetch its source and pull its images.</summary>
    Read,

    /// <summary>Change what runs: push, roll back, scale, run commands; read and set config vars.</summary>
    Deploy,

    /// <summary>Destroy the app, and say who else may do what with it.</summary>
    Admin,
}

/// <summary><c>POST /v1/tokens</c>.</summary>
/// <param name="Name">What the token is for, e.g. <c>laptop</c>.</param>
/// <param name="LifetimeSeconds">Null never expires.</param>
/// <param name="User">Whose it is; null is the caller's. Only administrators of the platform make tokens of others.</param>
/// <param name="Scope">The most that it may, whatever its user may; null is all that the caller's may.</param>
/// <param name="App">The only app it is good for; null is every one.</param>
public sealed record CreateTokenRequest(string Name, long? LifetimeSeconds = null, string? User = null, AccessRole? Scope = null, string? App = null);

/// <summary>A token, without its secret, which nobody keeps: rows of <c>GET /v1/tokens</c>.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Scope">The most that it may.</param>
/// <param name="App">The only app it is good for, or null.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">UTC; null never.</param>
public sealed record TokenInfoDocument(string Name, string User, AccessRole Scope, string? App, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>A person: rows of <c>GET /v1/users</c>.</summary>
/// <param name="Name">Chosen by who added them.</param>
/// <param name="Admin">True for an administrator of the platform, who may do everything.</param>
/// <param name="Apps">How many apps were given to them.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record UserDocument(string Name, bool Admin, int Apps, DateTimeOffset CreatedAt);

/// <summary><c>PUT /v1/users/{user}</c>: adds a person, or changes what they are.</summary>
/// <param name="Admin">As in <see cref="UserDocument"/>.</param>
public sealed record UserRequest(bool Admin = false);

/// <summary>What a person may do with an app: rows of <c>GET /v1/apps/{app}/access</c>, where administrators of the platform are left out.</summary>
/// <param name="User">Who.</param>
/// <param name="Role">How much.</param>
public sealed record AccessDocument(string User, AccessRole Role);

/// <summary><c>PUT /v1/apps/{app}/access/{user}</c>.</summary>
/// <param name="Role">How much.</param>
public sealed record AccessRequest(AccessRole Role);

/// <summary>A token just made; the only time its secret is shown.</summary>
public sealed record TokenDocument(string Name, string Secret, DateTimeOffset? ExpiresAt);

/// <summary><c>GET /v1/whoami</c>.</summary>
/// <param name="Name"><c>root</c> for the local socket, else the token's name.</param>
/// <param name="User">Whose token it is.</param>
/// <param name="Scope">The most that it may; null for root.</param>
/// <param name="App">The only app it is good for, or null.</param>
public sealed record IdentityDocument(string Name, string? User = null, AccessRole? Scope = null, string? App = null);

/// <summary><c>GET /v1/version</c>; answers without a token.</summary>
/// <param name="Version">Version of paasd.</param>
/// <param name="DashboardUrl">Where the dashboard is.</param>
/// <param name="Domain">The domain under which apps get their default hostname.</param>
public sealed record VersionDocument(string Version, string DashboardUrl, string Domain);

/// <summary>
/// <c>GET /v1/apps/{app}/run</c>: a one-off container of the live release, over a WebSocket whose first frame is this document and
/// whose further frames are those of <see cref="InstanceExecRequest"/>. The container ends with the connection.
/// </summary>
/// <param name="Command">Program and arguments; a single word is a process type, or a line for the shell.</param>
/// <param name="Env">Variables on top of the app's config.</param>
/// <param name="Terminal">The size of a terminal to give it; null gives it pipes.</param>
/// <param name="TerminalType">With a terminal: the variable <c>TERM</c>.</param>
public sealed record RunRequest(
    IReadOnlyList<string> Command, IReadOnlyDictionary<string, string>? Env = null, WindowSize? Terminal = null, string? TerminalType = null);
