using Paas.Build;
using Paas.Contracts.Api;
using Paas.Oci;

namespace Paas.ControlPlane.Domain;

/// <summary>An app as it is stored.</summary>
internal sealed record App(string Name, string? DeployBranch, int? LiveRelease, DateTimeOffset CreatedAt);

/// <summary>Everything that is needed to run a version of an app again; never changed once made.</summary>
/// <param name="Processes">Process type → command: a line for a shell, or a JSON array of words (<see cref="ProcessCommand"/>).</param>
/// <param name="Port">Where its web process listens; null where it is told.</param>
internal sealed record Release(
    string App,
    int Version,
    ReleaseReason Reason,
    string Description,
    Digest Image,
    IReadOnlyDictionary<string, string> Config,
    IReadOnlyDictionary<string, string> Processes,
    int? Build,
    DateTimeOffset CreatedAt,
    int? Port = null)
{
    /// <summary>What its <c>app.json</c> says of how it runs.</summary>
    internal ReleaseManifest Manifest { get; init; } = ReleaseManifest.None;
}

/// <summary>A build as it is stored.</summary>
internal sealed record BuildRecord(
    string App,
    int Number,
    BuildStatus Status,
    Digest Tree,
    BuildSource Source,
    int? Release,
    int Attempts,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt)
{
    internal bool Ended => Status is not (BuildStatus.Queued or BuildStatus.Running);
}

/// <summary>Making a release live.</summary>
internal sealed record Deployment(
    string App,
    int Id,
    int Release,
    DeploymentStatus Status,
    string? Error,
    IReadOnlyList<DeploymentStep> Steps);

/// <summary>A container that was asked for, in the database before it exists.</summary>
/// <param name="HealthyStart">Start of the process that passed its check; another start has to pass it again.</param>
/// <param name="WasRouted">True once a table with its endpoint may have reached the router.</param>
/// <param name="RetiredAt">When it was decided to stop it.</param>
internal sealed record Instance(
    string Container,
    string App,
    string Type,
    int Number,
    int Release,
    DateTimeOffset CreatedAt,
    DateTimeOffset? HealthyStart,
    bool WasRouted,
    DateTimeOffset? RetiredAt)
{
    internal string Name => $"{Type}.{Number}";

    /// <summary>The release's port; null where it has none of its own.</summary>
    internal int? Port { get; init; }

    /// <summary>When it was asked that another one takes its place; null where nobody asked, or the other one did not come up.</summary>
    internal DateTimeOffset? RestartAskedAt { get; init; }
}
