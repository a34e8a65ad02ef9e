using Paas.Contracts.Routing;
using Paas.ControlPlane.Deployments;

namespace Paas.ControlPlane.Reconcile;

/// <summary>One thing to do. Each is safe to do again, and safe to lose: the next plan asks for it anew.</summary>
internal abstract record ReconcileAction;

/// <summary>Make a container for a slot.</summary>
internal sealed record StartInstance(Slot Slot) : ReconcileAction;

/// <summary>Check the present process of an instance.</summary>
internal sealed record CheckInstance(string Container) : ReconcileAction;

/// <summary>Decide that an instance goes; it leaves the router first.</summary>
internal sealed record RetireInstance(string Container) : ReconcileAction;

/// <summary>Stop signal, grace, SIGKILL, remove.</summary>
/// <param name="AtOnce">True without the usual grace: nobody waits for its answers.</param>
internal sealed record StopInstance(string Container, bool AtOnce) : ReconcileAction;

/// <summary>Remove what is left of a dead instance.</summary>
internal sealed record RemoveInstance(string Container) : ReconcileAction;

/// <summary>Tell the router; null takes the app out of its table.</summary>
internal sealed record PublishRoutes(RoutedApp? Entry) : ReconcileAction;

/// <summary>Move a deployment on.</summary>
internal sealed record AdvanceDeployment(int Id, DeploymentEvent Event) : ReconcileAction;

/// <summary>Give a deployment up.</summary>
/// <param name="Container">The instance that is the cause, or null.</param>
/// <param name="Problem">What kind of cause it is.</param>
/// <param name="Error">The cause in words where there is no instance to ask.</param>
internal sealed record FailDeployment(int Id, string? Container, DeploymentProblem Problem, string? Error) : ReconcileAction;

/// <summary>Let an instance that was to be replaced go on, since the one that was to follow does not come up.</summary>
/// <param name="Failed">The one that does not; null where it could not be made.</param>
/// <param name="Error">The cause in words where there is no instance to ask.</param>
internal sealed record AbandonRestart(string Container, string? Failed, DeploymentProblem Problem, string? Error) : ReconcileAction;

/// <summary>Why a deployment, or a restart, cannot succeed.</summary>
internal enum DeploymentProblem
{
    /// <summary>The container could not be made.</summary>
    NotStarted,

    /// <summary>Its process ended during the check.</summary>
    Exited,

    /// <summary>The check ended without success.</summary>
    Unhealthy,

    /// <summary>The router did not take the new table.</summary>
    RouterSilent,
}
