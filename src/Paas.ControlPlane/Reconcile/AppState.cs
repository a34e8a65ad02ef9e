using Paas.Contracts.Api;
using Paas.Contracts.Routing;
using Paas.Contracts.Supervision;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Reconcile;

/// <summary>Everything the plan for one app looks at: what is wanted and what is.</summary>
/// <param name="App">The app's name.</param>
/// <param name="Exists">False once it is destroyed and only its containers are left.</param>
/// <param name="Hosts">Its hostnames.</param>
/// <param name="Live">The release that serves; null before the first.</param>
/// <param name="Deployment">The deployment whose release is not live yet, or null.</param>
/// <param name="Draining">Deployments whose release is live and whose predecessors are not gone yet.</param>
/// <param name="Formation">Wanted quantity of each process type.</param>
/// <param name="Instances">Its instances, also those without a container.</param>
/// <param name="Routes">What the router is told.</param>
/// <param name="Holds">Slots that may not be started before a time, because the start before failed.</param>
internal sealed record AppState(
    string App,
    bool Exists,
    IReadOnlyList<string> Hosts,
    WantedRelease? Live,
    WantedDeployment? Deployment,
    IReadOnlyList<WantedDeployment> Draining,
    IReadOnlyDictionary<string, int> Formation,
    IReadOnlyList<InstanceState> Instances,
    RoutesState Routes,
    IReadOnlyList<SlotHold> Holds);

/// <summary>A release as far as the plan needs it.</summary>
internal sealed record WantedRelease(int Version, IReadOnlySet<string> Types);

/// <summary>A deployment as far as the plan needs it.</summary>
/// <param name="Since">When it came into its status.</param>
internal sealed record WantedDeployment(int Id, WantedRelease Release, DeploymentStatus Status, DateTimeOffset Since);

/// <summary>What the router is told about the app.</summary>
/// <param name="Published">The app's entry in the newest table; null where it has none.</param>
/// <param name="Acknowledged">True when the router has said that it serves that entry, or a newer one.</param>
internal sealed record RoutesState(RoutedApp? Published, bool Acknowledged);

/// <summary>A slot that has to wait for its next start.</summary>
/// <param name="Until">No further start of the slot before this time.</param>
/// <param name="Error">Why the start failed; null where it succeeded and the container was lost soon after.</param>
internal sealed record SlotHold(Slot Slot, DateTimeOffset Until, string? Error);

/// <summary>A place for one instance.</summary>
internal readonly record struct Slot(string Type, int Number, int Release)
{
    internal string Name => $"{Type}.{Number}";
}

/// <summary>Whether an instance's present process passed its check.</summary>
internal enum InstanceHealth
{
    /// <summary>Not asked yet, or its process is another one since.</summary>
    Unknown,

    /// <summary>The check goes on.</summary>
    Checking,

    /// <summary>Passed.</summary>
    Healthy,

    /// <summary>Failed.</summary>
    Failed,
}

/// <summary>What is being done to an instance's container at this moment.</summary>
internal enum InstanceOperation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is being made.</summary>
    Starting,

    /// <summary>It got its stop signal, or is being removed.</summary>
    Ending,
}

/// <summary>An instance as it is.</summary>
/// <param name="Instance">What was asked for and decided.</param>
/// <param name="Known">False where the node has no such container.</param>
/// <param name="Lost">True where its supervisor is dead.</param>
/// <param name="Status">What its process does.</param>
/// <param name="Start">When the present process started.</param>
/// <param name="Exits">How many of its processes ended.</param>
/// <param name="Address">Address and port of its endpoint; null for a type without one.</param>
/// <param name="Requests">Requests under way; null where the router did not say.</param>
internal sealed record InstanceState(
    Instance Instance,
    bool Known,
    bool Lost,
    SupervisedStatus? Status,
    DateTimeOffset? Start,
    int Exits,
    string? Address,
    InstanceHealth Health,
    int? Requests,
    InstanceOperation Operation)
{
    internal string Container => Instance.Container;

    internal Slot Slot => new(Instance.Type, Instance.Number, Instance.Release);

    internal bool Retired => Instance.RetiredAt is not null;

    /// <summary>True where another one is to take its place, and has not yet.</summary>
    internal bool Outgoing => Instance.RestartAskedAt is not null && !Retired;

    /// <summary>True where no process of it will ever run again.</summary>
    internal bool Dead => Operation == InstanceOperation.None && (!Known || Lost || Status is SupervisedStatus.Exited or SupervisedStatus.Failed);

    internal bool Running => Known && !Lost && Status == SupervisedStatus.Running;

    internal bool Serving => Running && Health == InstanceHealth.Healthy && Operation != InstanceOperation.Ending && !Retired;
}
