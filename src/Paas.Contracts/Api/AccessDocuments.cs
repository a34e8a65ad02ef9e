using Paas.Contracts.Supervision;

namespace Paas.Contracts.Api;

/// <summary><c>POST /v1/tokens</c>.</summary>
/// <param name="Name">What the token is for, e.g. <c>laptop</c>.</param>
/// <param name="LifetimeSeconds">Null never expires.</param>
public sealed record CreateTokenRequest(string Name, long? LifetimeSeconds = null);

/// <summary>A token just made; the only time its secret is shown.</summary>
public sealed record TokenDocument(string Name, string Secret, DateTimeOffset? ExpiresAt);

/// <summary><c>GET /v1/whoami</c>.</summary>
/// <param name="Name"><c>root</c> for the local socket, else the token's name.</param>
public sealed record IdentityDocument(string Name);

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
