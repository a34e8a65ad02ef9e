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
/// <c>POST /v1/apps/{app}/run</c>: a one-off container of the live release. The answer is a stream of
/// <see cref="RunEvent"/> as NDJSON; closing the request kills the container.
/// </summary>
/// <param name="Command">A command line for the image's launcher, or a single process type.</param>
/// <param name="Env">Variables on top of the app's config.</param>
/// <param name="Stdin">What the command reads, base64, or null for an empty one.</param>
public sealed record RunRequest(IReadOnlyList<string> Command, IReadOnlyDictionary<string, string>? Env = null, string? Stdin = null);

/// <summary>One event of a one-off run. Exactly one carries <see cref="ExitCode"/> and it is the last.</summary>
/// <param name="Stream"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Data">Bytes, base64.</param>
/// <param name="ExitCode">128 + signal where it was killed.</param>
/// <param name="Error">Why there is no exit code of its own, where there is none.</param>
public sealed record RunEvent(string? Stream, string? Data, int? ExitCode = null, string? Error = null);
