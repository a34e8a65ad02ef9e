namespace Paas.Contracts.Api;

/// <summary>What made a release or a deployment come about.</summary>
public enum ReleaseReason
{
    /// <summary>A build.</summary>
    Build,

    /// <summary>A change of config vars.</summary>
    Config,

    /// <summary>A rollback to an earlier release.</summary>
    Rollback,

    /// <summary>An image that was pushed or pulled as it is.</summary>
    Image,

    /// <summary>The image of the release before upon another base.</summary>
    Rebase,
}

/// <summary>A release: immutable. Rows of <c>GET /v1/apps/{app}/releases</c>, newest first.</summary>
/// <param name="Version">1, 2, 3 … within the app; shown as <c>v3</c>.</param>
/// <param name="Reason">What made it.</param>
/// <param name="Description">One line, e.g. <c>Deploy 1a2b3c4d</c>, <c>Set FOO config var</c>, <c>Rollback to v2</c>.</param>
/// <param name="ImageDigest">Manifest digest.</param>
/// <param name="Processes">Process type → command.</param>
/// <param name="Live">True for the one that serves.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Served">True for one that is live or was.</param>
public sealed record ReleaseDocument(
    int Version,
    ReleaseReason Reason,
    string Description,
    string ImageDigest,
    IReadOnlyDictionary<string, string> Processes,
    bool Live,
    DateTimeOffset CreatedAt,
    bool Served = true);

/// <summary><c>POST /v1/apps/{app}/rollback</c>; null goes to the newest before the live one that served.</summary>
public sealed record RollbackRequest(int? Version);

/// <summary>Where a build's source comes from.</summary>
/// <param name="Commit">Full object id, or null where it did not come by git.</param>
/// <param name="Branch">Branch pushed to, or null.</param>
/// <param name="Message">First line of the commit's message.</param>
/// <param name="Author">The commit's author.</param>
public sealed record BuildSource(string? Commit, string? Branch, string? Message = null, string? Author = null);

/// <summary>How far a build is.</summary>
public enum BuildStatus
{
    /// <summary>Waits its turn.</summary>
    Queued,

    /// <summary>Runs.</summary>
    Running,

    /// <summary>Made an image and a release that went live.</summary>
    Succeeded,

    /// <summary>Ended without a live release; the output says why.</summary>
    Failed,

    /// <summary>A newer push took its place before it began, or a person cancelled it.</summary>
    Canceled,

    /// <summary>paasd stopped during it and it could not be run again; the output says why.</summary>
    Abandoned,
}

/// <summary>A build: rows of <c>GET /v1/apps/{app}/builds</c>, newest first.</summary>
/// <param name="Number">1, 2, 3 … within the app.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Commit">Full object id of the commit, where it came by git.</param>
/// <param name="Branch">Where it came by git.</param>
/// <param name="Message">First line of the commit's message.</param>
/// <param name="Author">The commit's author.</param>
/// <param name="Release">The version of the release it made, or null.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="EndedAt">UTC, or null while it runs.</param>
/// <param name="ImageOf">The build whose image it took because nothing had changed since; null where it made its own.</param>
public sealed record BuildDocument(
    int Number,
    BuildStatus Status,
    string? Commit,
    string? Branch,
    string? Message,
    string? Author,
    int? Release,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt,
    int? ImageOf = null);

/// <summary>
/// One event of a build's stream, as NDJSON: <c>POST /v1/apps/{app}/builds</c> and
/// <c>GET /v1/apps/{app}/builds/{number}/output</c>. Exactly one event carries <see cref="Result"/> and it is the last.
/// </summary>
/// <param name="Line">A line of output in the shape of a push (<c>-----></c>, seven spaces, <c> !     </c>), without a newline.</param>
/// <param name="Result">How the build and its deployment ended.</param>
public sealed record BuildEvent(string? Line, BuildResultDocument? Result = null);

/// <summary>The end of a build.</summary>
/// <param name="Build">Number of the build; 0 where none was made (the push was not for the deploy branch).</param>
/// <param name="Status">Succeeded, Failed, Canceled or Abandoned.</param>
/// <param name="Release">The version made, or null.</param>
/// <param name="Urls">Where the app answers now.</param>
/// <param name="Error">One sentence, where it failed.</param>
public sealed record BuildResultDocument(int Build, BuildStatus Status, int? Release, IReadOnlyList<string> Urls, string? Error = null);

/// <summary>How far a deployment is.</summary>
public enum DeploymentStatus
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>Its instances are being started.</summary>
    Starting,

    /// <summary>Its instances run; their checks have not all passed.</summary>
    Checking,

    /// <summary>The router has been given the new endpoints.</summary>
    Switching,

    /// <summary>It serves; the old instances drain.</summary>
    Draining,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Given up; the release before it serves.</summary>
    Failed,

    /// <summary>A newer deployment took its place.</summary>
    Superseded,
}

/// <summary>A deployment: rows of <c>GET /v1/apps/{app}/deployments</c>, newest first.</summary>
/// <param name="Id">Ordinal within the app.</param>
/// <param name="Release">The version it makes live.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Steps">Every status it has been in, with when it got there, oldest first.</param>
/// <param name="Error">Why it failed, in full: exit code, last lines, ports.</param>
/// <param name="Build">Number of the build whose release this is, or null.</param>
public sealed record DeploymentDocument(
    int Id,
    int Release,
    DeploymentStatus Status,
    IReadOnlyList<DeploymentStep> Steps,
    string? Error,
    int? Build);

/// <summary>A point on a deployment's timeline.</summary>
public sealed record DeploymentStep(DeploymentStatus Status, DateTimeOffset At);
