using Paas.Contracts.Api;
using Paas.ControlPlane.Deployments;
using static Paas.Contracts.Api.DeploymentStatus;
using static Paas.ControlPlane.Deployments.DeploymentEvent;

namespace Paas.ControlPlane.Tests.Reconcile;

public sealed class DeploymentMachineTests
{
    private static readonly Dictionary<(DeploymentStatus, DeploymentEvent), DeploymentStatus> Ways = new()
    {
        [(Pending, Begin)] = Starting,
        [(Starting, Started)] = Checking,
        [(Checking, Healthy)] = Switching,
        [(Switching, Switched)] = Draining,
        [(Draining, Drained)] = Succeeded,
        [(Pending, Fail)] = Failed,
        [(Starting, Fail)] = Failed,
        [(Checking, Fail)] = Failed,
        [(Switching, Fail)] = Failed,
        [(Pending, Supersede)] = Superseded,
        [(Starting, Supersede)] = Superseded,
        [(Checking, Supersede)] = Superseded,
        [(Switching, Supersede)] = Superseded,
    };

    public static TheoryData<DeploymentStatus, DeploymentEvent> Matrix
    {
        get
        {
            var data = new TheoryData<DeploymentStatus, DeploymentEvent>();
            foreach (var status in Enum.GetValues<DeploymentStatus>())
            {
                foreach (var @event in Enum.GetValues<DeploymentEvent>()) data.Add(status, @event);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Every_way_is_as_drawn_and_there_is_no_other(DeploymentStatus status, DeploymentEvent @event)
    {
        var possible = Ways.TryGetValue((status, @event), out var next);
        Assert.Equal(possible, DeploymentMachine.Can(status, @event));
        if (possible) Assert.Equal(next, DeploymentMachine.Next(status, @event));
        else Assert.Throws<InvalidOperationException>(() => DeploymentMachine.Next(status, @event));
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public void Active_draining_and_ended_are_all_there_is(DeploymentStatus status)
    {
        var kinds = new[] { DeploymentMachine.IsActive(status), status == Draining, DeploymentMachine.IsEnded(status) };
        Assert.Single(kinds, kind => kind);
        Assert.Equal(!DeploymentMachine.IsEnded(status), Ways.Keys.Any(key => key.Item1 == status));
    }

    public static TheoryData<DeploymentStatus> Statuses => [.. Enum.GetValues<DeploymentStatus>()];
}
