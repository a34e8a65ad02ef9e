namespace Paas.Contracts.Api;

/// <summary>What an app is doing, as a person would say it.</summary>
public enum AppStatus
{
    /// <summary>Created; nothing was ever released.</summary>
    Empty,

    /// <summary>A deployment is under way.</summary>
    Deploying,

    /// <summary>Every wanted instance is up.</summary>
    Running,

    /// <summary>Some wanted instance is starting, restarting or crashed.</summary>
    Degraded,

    /// <summary>Scaled to zero.</summary>
    Stopped,
}

/// <summary><c>POST /v1/apps</c>.</summary>
/// <param name="Name">Null asks for a generated name. <c>^[a-z0-9][a-z0-9-]{0,62}$</c></param>
public sealed record CreateAppRequest(string? Name);

/// <summary>One app: <c>GET /v1/apps/{app}</c> and the rows of <c>GET /v1/apps</c>.</summary>
/// <param name="Name">The app's name, also the first label of its default hostname.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="Urls">Where it answers, the default hostname first; with the port where it is not the scheme's own.</param>
/// <param name="GitUrl">The git remote.</param>
/// <param name="DeployBranch">The branch that deploys; null until the first push adopts one.</param>
/// <param name="CurrentRelease">Version of the live release, or null.</param>
/// <param name="Formation">Wanted quantities.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record AppDocument(
    string Name,
    AppStatus Status,
    IReadOnlyList<string> Urls,
    string GitUrl,
    string? DeployBranch,
    int? CurrentRelease,
    IReadOnlyList<FormationEntry> Formation,
    DateTimeOffset CreatedAt);

/// <summary>A process type and how many instances of it are wanted.</summary>
/// <param name="Type">Procfile process type, e.g. <c>web</c>.</param>
/// <param name="Quantity">0 or more.</param>
/// <param name="Command">What it runs in the live release; null where that release has no such process type.</param>
public sealed record FormationEntry(string Type, int Quantity, string? Command = null);

/// <summary><c>PATCH /v1/apps/{app}/formation</c>. Types not named stay as they are.</summary>
public sealed record ScaleRequest(IReadOnlyDictionary<string, int> Quantities);

/// <summary>Body of <c>POST /v1/apps/{app}/restart</c>.</summary>
/// <param name="Processes">Types and instances, <c>web</c> or <c>web.1</c>; everything that runs where there are none.</param>
public sealed record RestartRequest(IReadOnlyList<string>? Processes = null);

/// <summary>Config vars: <c>GET /v1/apps/{app}/config</c>.</summary>
/// <param name="Vars">Name → value.</param>
/// <param name="Secrets">Names of those whose values are shown only to who asks for them.</param>
public sealed record ConfigDocument(IReadOnlyDictionary<string, string> Vars, IReadOnlyList<string>? Secrets = null);

/// <summary><c>PATCH /v1/apps/{app}/config</c>; null removes a variable.</summary>
/// <param name="Vars">Name → value; null unsets.</param>
/// <param name="Secrets">Names to mark secret; the marks that are there stay.</param>
public sealed record ConfigChange(IReadOnlyDictionary<string, string?> Vars, IReadOnlyList<string>? Secrets = null);

/// <summary>What an instance is doing.</summary>
public enum InstanceStatus
{
    /// <summary>Wanted; its container is being made or its check has not passed yet.</summary>
    Starting,

    /// <summary>Its check passed.</summary>
    Up,

    /// <summary>Its process ended; the supervisor waits out the backoff before the next start.</summary>
    Crashed,

    /// <summary>Told to stop; draining or in its grace period.</summary>
    Stopping,

    /// <summary>Ended and not to be started again.</summary>
    Exited,
}

/// <summary>What the <c>HEALTHCHECK</c> of an instance's image says.</summary>
public enum HealthStatus
{
    /// <summary>No verdict yet.</summary>
    Starting,

    /// <summary>Its last probe passed, or too few failed since.</summary>
    Healthy,

    /// <summary>As many probes failed in a row as the image allows.</summary>
    Unhealthy,
}

/// <summary>One running copy of a process type: the rows of <c>GET /v1/apps/{app}/instances</c>, what <c>paas ps</c> prints.</summary>
/// <param name="Name"><c>web.1</c>.</param>
/// <param name="Type">Process type.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="Release">The release version it runs.</param>
/// <param name="ContainerId">Id of its container.</param>
/// <param name="Pid">Pid of the container's init on the host, or null.</param>
/// <param name="Address">Sandbox address, or null.</param>
/// <param name="StartedAt">When the present process started, UTC.</param>
/// <param name="Restarts">Times its supervisor started it again.</param>
/// <param name="LastExit">How the previous process ended, e.g. <c>exit status 1</c> or <c>killed by signal 9 (out of memory: used 64 MB of 64 MB)</c>.</param>
/// <param name="Command">What it runs.</param>
/// <param name="FailuresInRow">How many of its starts in a row ended soon: more than a few are a crash loop.</param>
/// <param name="NextStartAt">While it is crashed: when it is started again, UTC.</param>
/// <param name="Health">What the image's own check says; null where the image has none.</param>
/// <param name="HealthProblem">What its last failed probe said; null where none has failed since the last that passed.</param>
public sealed record InstanceDocument(
    string Name,
    string Type,
    InstanceStatus Status,
    int Release,
    string ContainerId,
    int? Pid,
    string? Address,
    DateTimeOffset? StartedAt,
    int Restarts,
    string? LastExit,
    string? Command,
    int FailuresInRow = 0,
    DateTimeOffset? NextStartAt = null,
    HealthStatus? Health = null,
    string? HealthProblem = null);
