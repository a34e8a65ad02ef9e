using Paas.Contracts.Api;

namespace Paas.ControlPlane.Deployments;

/// <summary>What can happen to a deployment.</summary>
public enum DeploymentEvent
{
    /// <summary>The reconciler took it up.</summary>
    Begin,

    /// <summary>Every wanted instance has a process.</summary>
    Started,

    /// <summary>Every wanted instance passed its check.</summary>
    Healthy,

    /// <summary>The router serves the new endpoints; the release is live from here on.</summary>
    Switched,

    /// <summary>The old instances are gone.</summary>
    Drained,

    /// <summary>It cannot succeed any more.</summary>
    Fail,

    /// <summary>A newer deployment begins.</summary>
    Supersede,
}

/// <summary>The deployment's states and the one table of ways between them.</summary>
public static class DeploymentMachine
{
    /// <summary>True while a deployment may still fail: its release is not live.</summary>
    public static bool IsActive(DeploymentStatus status) =>
        status is DeploymentStatus.Pending or DeploymentStatus.Starting or DeploymentStatus.Checking or DeploymentStatus.Switching;

    /// <summary>True where nothing will happen to it any more.</summary>
    public static bool IsEnded(DeploymentStatus status) =>
        status is DeploymentStatus.Succeeded or DeploymentStatus.Failed or DeploymentStatus.Superseded;

    /// <summary>True where the event is possible in this status.</summary>
    public static bool Can(DeploymentStatus status, DeploymentEvent @event) => @event switch
    {
        DeploymentEvent.Begin => status == DeploymentStatus.Pending,
        DeploymentEvent.Started => status == DeploymentStatus.Starting,
        DeploymentEvent.Healthy => status == DeploymentStatus.Checking,
        DeploymentEvent.Switched => status == DeploymentStatus.Switching,
        DeploymentEvent.Drained => status == DeploymentStatus.Draining,
        DeploymentEvent.Fail or DeploymentEvent.Supersede => IsActive(status),
        _ => false,
    };

    /// <summary>The status after the event.</summary>
    /// <exception cref="InvalidOperationException">The event is not possible in this status.</exception>
    public static DeploymentStatus Next(DeploymentStatus status, DeploymentEvent @event)
    {
        if (!Can(status, @event)) throw new InvalidOperationException($"a deployment that is {status} cannot {@event}");
        return @event switch
        {
            DeploymentEvent.Begin => DeploymentStatus.Starting,
            DeploymentEvent.Started => DeploymentStatus.Checking,
            DeploymentEvent.Healthy => DeploymentStatus.Switching,
            DeploymentEvent.Switched => DeploymentStatus.Draining,
            DeploymentEvent.Drained => DeploymentStatus.Succeeded,
            DeploymentEvent.Fail => DeploymentStatus.Failed,
            _ => DeploymentStatus.Superseded,
        };
    }
}
