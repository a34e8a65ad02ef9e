using Paas.Contracts.Api;
using Paas.Contracts.Routing;
using Paas.Contracts.Supervision;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Reconcile;

namespace Paas.ControlPlane.Tests.Reconcile;

/// <summary>Single decisions of the plan, one by one.</summary>
public sealed class ReconcilePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly WantedRelease V1 = new(1, new HashSet<string> { "web", "worker" });
    private static readonly WantedRelease V2 = new(2, new HashSet<string> { "web", "worker" });

    [Fact]
    public void A_settled_app_needs_nothing()
    {
        var state = Settled(Up("a", 1));
        Assert.Empty(Plan(state));
        Assert.True(ReconcilePlan.IsSettled(state));
    }

    [Fact]
    public void A_missing_instance_is_started_and_only_once()
    {
        var state = Settled() with { Routes = new RoutesState(Entry(reason: null), true) };
        Assert.Contains(new StartInstance(new Slot("web", 1, 1)), Plan(state));
        var starting = state with { Instances = [Up("a", 1) with { Known = false, Status = null, Operation = InstanceOperation.Starting, Health = InstanceHealth.Unknown }] };
        Assert.DoesNotContain(Plan(starting), action => action is StartInstance);
    }

    [Fact]
    public void A_slot_that_is_held_waits()
    {
        var slot = new Slot("web", 1, 1);
        var state = Settled() with { Holds = [new SlotHold(slot, Now + TimeSpan.FromSeconds(1), null)] };
        Assert.DoesNotContain(new StartInstance(slot), Plan(state));
        Assert.Contains(new StartInstance(slot), ReconcilePlan.For(state, World.Limits, Now + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void An_instance_that_crashed_leaves_the_table_at_once()
    {
        var state = Settled(Up("a", 1)) with { Instances = [Up("a", 1) with { Status = SupervisedStatus.Backoff, Exits = 1, Health = InstanceHealth.Unknown }] };
        var publish = Assert.Single(Plan(state).OfType<PublishRoutes>());
        Assert.Empty(publish.Entry!.Endpoints);
        Assert.DoesNotContain(Plan(state), action => action is StartInstance or RetireInstance);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(1, 59, false)]
    [InlineData(1, 60, true)]
    [InlineData(null, 10, false)]
    [InlineData(null, 60, true)]
    public void A_retired_instance_stops_when_it_is_idle_or_time_is_up(int? requests, int seconds, bool stops)
    {
        var old = Up("old", 1) with { Requests = requests, Instance = Up("old", 1).Instance with { RetiredAt = Now - TimeSpan.FromSeconds(seconds) } };
        var state = Settled(Up("a", 1));
        Assert.Equal(stops, Plan(state with { Instances = [.. state.Instances, old] }).Contains(new StopInstance("old", AtOnce: false)));
    }

    [Fact]
    public void Nothing_stops_before_the_router_has_let_go_of_it()
    {
        var old = Up("old", 1) with { Requests = 0, Instance = Up("old", 1).Instance with { RetiredAt = Now - TimeSpan.FromHours(1) } };
        var dead = Up("dead", 2) with { Lost = true };
        var state = Settled(Up("a", 1));
        var waiting = state with { Instances = [.. state.Instances, old, dead], Routes = state.Routes with { Acknowledged = false } };
        Assert.DoesNotContain(Plan(waiting), action => action is StopInstance or RemoveInstance);
        Assert.Equal(
            [new StopInstance("old", false), new RemoveInstance("dead")],
            Plan(waiting with { Routes = state.Routes }).Where(action => action is StopInstance or RemoveInstance));
    }

    [Fact]
    public void What_was_never_routed_stops_without_the_router()
    {
        var old = Up("old", 1) with { Instance = Up("old", 1).Instance with { RetiredAt = Now, WasRouted = false } };
        var state = Settled(Up("a", 1));
        Assert.Contains(new StopInstance("old", false), Plan(state with { Instances = [.. state.Instances, old], Routes = state.Routes with { Acknowledged = false } }));
    }

    [Theory]
    [InlineData(DeploymentStatus.Starting)]
    [InlineData(DeploymentStatus.Checking)]
    public void A_process_that_ends_during_the_check_fails_the_deployment_at_once(DeploymentStatus status)
    {
        var ended = Up("b", 1, release: 2) with { Status = SupervisedStatus.Backoff, Exits = 1, Health = InstanceHealth.Unknown };
        var state = Settled(Up("a", 1)) with { Deployment = new WantedDeployment(7, V2, status, Now), Instances = [Up("a", 1), ended] };
        Assert.Equal(new FailDeployment(7, "b", DeploymentProblem.Exited, null), Plan(state)[0]);
    }

    [Fact]
    public void A_check_that_ends_without_success_fails_the_deployment()
    {
        var deaf = Up("b", 1, release: 2) with { Health = InstanceHealth.Failed };
        var state = Settled(Up("a", 1)) with { Deployment = new WantedDeployment(7, V2, DeploymentStatus.Checking, Now), Instances = [Up("a", 1), deaf] };
        Assert.Equal(new FailDeployment(7, "b", DeploymentProblem.Unhealthy, null), Plan(state)[0]);
    }

    [Fact]
    public void A_release_switches_only_when_all_of_it_is_healthy()
    {
        var state = Settled(Up("a", 1)) with
        {
            Formation = new Dictionary<string, int> { ["web"] = 1, ["worker"] = 1 },
            Deployment = new WantedDeployment(7, V2, DeploymentStatus.Checking, Now),
            Instances = [Up("a", 1), Up("w", 1, type: "worker"), Up("b", 1, release: 2), Up("x", 1, release: 2, type: "worker") with { Health = InstanceHealth.Checking }],
        };
        Assert.DoesNotContain(Plan(state), action => action is AdvanceDeployment);
        var healthy = state with { Instances = [.. state.Instances.Select(instance => instance with { Health = InstanceHealth.Healthy })] };
        Assert.Contains(new AdvanceDeployment(7, DeploymentEvent.Healthy), Plan(healthy));
    }

    [Fact]
    public void A_switch_without_the_router_is_given_up_in_time()
    {
        var instances = new[] { Up("a", 1), Up("b", 1, release: 2) };
        var state = Settled(Up("a", 1)) with
        {
            Deployment = new WantedDeployment(7, V2, DeploymentStatus.Switching, Now - TimeSpan.FromSeconds(59)),
            Instances = instances,
            Routes = new RoutesState(Entry(null, instances[1]), Acknowledged: false),
        };
        Assert.Empty(Plan(state));
        Assert.Equal(new FailDeployment(7, null, DeploymentProblem.RouterSilent, null), ReconcilePlan.For(state, World.Limits, Now + TimeSpan.FromSeconds(1))[0]);
        Assert.Equal(new AdvanceDeployment(7, DeploymentEvent.Switched), Plan(state with { Routes = state.Routes with { Acknowledged = true } })[0]);
    }

    [Fact]
    public void A_release_whose_last_instance_is_lost_during_the_switch_does_not_take_the_old_ones_visitors()
    {
        var state = Settled(Up("a", 1)) with
        {
            Deployment = new WantedDeployment(7, V2, DeploymentStatus.Switching, Now),
            Instances = [Up("a", 1), Up("b", 1, release: 2) with { Lost = true }],
        };
        Assert.Equal(Up("a", 1).Address, Assert.Single(ReconcilePlan.Entry(state)!.Endpoints).Address);
        Assert.DoesNotContain(Plan(state), action => action is AdvanceDeployment or FailDeployment);
        Assert.Contains(new StartInstance(new Slot("web", 1, 2)), Plan(state));
    }

    [Fact]
    public void What_is_to_be_replaced_serves_until_its_successor_does()
    {
        var old = Outgoing(Up("a", 1));
        var young = Up("b", 1) with { Health = InstanceHealth.Checking };
        Assert.Equal([new StartInstance(old.Slot)], Plan(Settled(old)));
        Assert.Empty(Plan(Settled(old) with { Instances = [old, young] }));
        var plan = Plan(Settled(old) with { Instances = [old, young with { Health = InstanceHealth.Healthy }] });
        Assert.Equal(new RetireInstance("a"), plan[0]);
        Assert.Equal(young.Address, Assert.Single(Assert.IsType<PublishRoutes>(plan[1]).Entry!.Endpoints).Address);
        Assert.False(ReconcilePlan.IsSettled(Settled(old)));
    }

    [Fact]
    public void A_successor_that_fails_is_given_up()
    {
        var old = Outgoing(Up("a", 1));
        var young = Up("b", 1) with { Health = InstanceHealth.Failed };
        Assert.Equal(new AbandonRestart("a", "b", DeploymentProblem.Unhealthy, null), Plan(Settled(old) with { Instances = [old, young] })[0]);
        Assert.Contains(new RetireInstance("b"), Plan(Settled(old) with { Instances = [Up("a", 1), young] }));
        var hold = new SlotHold(old.Slot, Now + TimeSpan.FromSeconds(1), "no room");
        Assert.Equal(
            [new AbandonRestart("a", null, DeploymentProblem.NotStarted, "web.1 could not be started: no room")], Plan(Settled(old) with { Holds = [hold] }));
    }

    [Theory]
    [InlineData(null, 0, "hello has not been deployed yet; git push paas main")]
    [InlineData(1, 0, "hello is scaled to zero; paas scale web=1 -a hello")]
    [InlineData(1, 1, "hello has no web process that is up; paas ps -a hello and paas logs -a hello tell why")]
    public void Visitors_are_told_why_there_is_nothing(int? live, int web, string reason)
    {
        var state = Settled() with { Live = live is null ? null : V1, Formation = new Dictionary<string, int> { ["web"] = web } };
        Assert.Equal(reason, ReconcilePlan.Entry(state)!.Reason);
    }

    private static InstanceState Outgoing(InstanceState instance) => instance with { Instance = instance.Instance with { RestartAskedAt = Now } };

    private static IReadOnlyList<ReconcileAction> Plan(AppState state) => ReconcilePlan.For(state, World.Limits, Now);

    private static AppState Settled(params InstanceState[] instances) => new(
        "hello", true, ["hello.localhost"], V1, null, [], new Dictionary<string, int> { ["web"] = 1 }, instances,
        new RoutesState(Entry(instances.Length > 0 ? null : "none", instances), true), []);

    private static RoutedApp Entry(string? reason, params InstanceState[] instances) => new(
        "hello", ["hello.localhost"], [.. instances.Select(one => new RoutedEndpoint(one.Instance.Name, one.Instance.Type, one.Address!))], reason);

    private static InstanceState Up(string id, int number, int release = 1, string type = "web") => new(
        new Instance(id, "hello", type, number, release, Now - TimeSpan.FromHours(2), null, WasRouted: true, null),
        Known: true, Lost: false, SupervisedStatus.Running, Now - TimeSpan.FromHours(2), Exits: 0, type == "web" ? $"10.0.0.{id[0]}:5000" : null,
        InstanceHealth.Healthy, Requests: null, InstanceOperation.None);
}
