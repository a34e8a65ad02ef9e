namespace Paas.Build.Manifests;

/// <summary>
/// What an app says of itself in <c>app.json</c>: Heroku's schema with Dokku's scripts, health checks and cron tasks. Keys that mean
/// nothing here are passed over.
/// </summary>
public sealed record AppManifest
{
    /// <summary>The file's name, in the root of the source.</summary>
    public const string FileName = "app.json";

    /// <summary>Config vars the app needs, by name.</summary>
    public IReadOnlyDictionary<string, ManifestVariable> Env { get; init; } = new Dictionary<string, ManifestVariable>();

    /// <summary>Process type → how many instances it begins with.</summary>
    public IReadOnlyDictionary<string, int> Formation { get; init; } = new Dictionary<string, int>();

    /// <summary><c>scripts.dokku.predeploy</c>: run in the new image before each deployment; a failure stops it.</summary>
    public string? Predeploy { get; init; }

    /// <summary><c>scripts.dokku.postdeploy</c>: run after each deployment.</summary>
    public string? Postdeploy { get; init; }

    /// <summary><c>scripts.postdeploy</c>: run after the first deployment only.</summary>
    public string? FirstDeploy { get; init; }

    /// <summary>Tasks by the clock.</summary>
    public IReadOnlyList<ManifestCronTask> Cron { get; init; } = [];

    /// <summary>The buildpacks that build it, in their order; none leaves it to others.</summary>
    public IReadOnlyList<ManifestBuildpack> Buildpacks { get; init; } = [];

    /// <summary>Process type → its health checks.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ManifestHealthCheck>> HealthChecks { get; init; } =
        new Dictionary<string, IReadOnlyList<ManifestHealthCheck>>();
}

/// <summary>A buildpack by its address or id.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Url">As it is written.</param>
public sealed record ManifestBuildpack(int Line, string Url);

/// <summary>A config var that the app needs.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Value">What it begins with.</param>
/// <param name="Required">Whether the app cannot do without.</param>
/// <param name="IsGenerated">Whether it begins with a secret that nobody else knows (<c>"generator": "secret"</c>).</param>
public sealed record ManifestVariable(int Line, string? Description, string? Value, bool Required, bool IsGenerated);

/// <summary>A task by the clock.</summary>
/// <param name="Schedule">When: five fields of cron, or a name such as <c>@daily</c>.</param>
/// <param name="Command">A command line.</param>
public sealed record ManifestCronTask(CronSchedule Schedule, string Command);

/// <summary>A health check as Dokku's documentation has it; null where it says nothing. Times are seconds.</summary>
public sealed record ManifestHealthCheck
{
    /// <summary><c>startup</c>, <c>liveness</c> or <c>readiness</c>.</summary>
    public required string Type { get; init; }

    /// <summary>For people.</summary>
    public string? Name { get; init; }

    /// <summary>A path that has to answer with 2xx or 3xx.</summary>
    public string? Path { get; init; }

    /// <summary>A command in the container that has to end with 0.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>How long it has to stay up.</summary>
    public int? Uptime { get; init; }

    /// <summary>Whether it has to listen.</summary>
    public bool? Listening { get; init; }

    /// <summary>The port of <see cref="Path"/> and <see cref="Listening"/>.</summary>
    public int? Port { get; init; }

    /// <summary>What the answer has to contain.</summary>
    public string? Content { get; init; }

    /// <summary>Headers of the request for <see cref="Path"/>.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Whether a failure is only told.</summary>
    public bool Warn { get; init; }

    /// <summary>How often it is tried.</summary>
    public int? Attempts { get; init; }

    /// <summary>How long one try may take.</summary>
    public int? Timeout { get; init; }

    /// <summary>The time between two tries.</summary>
    public int? Wait { get; init; }

    /// <summary>The time before the first try.</summary>
    public int? InitialDelay { get; init; }
}
