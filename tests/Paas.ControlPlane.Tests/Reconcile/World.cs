using Paas.Contracts.Api;
using Paas.Contracts.Routing;
using Paas.Contracts.Supervision;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Reconcile;

namespace Paas.ControlPlane.Tests.Reconcile;

/// <summary>
/// A host, a router and a database in a few lists: carries out plans, lets time pass, and lets things go wrong. It watches that no
/// step sends visitors to something that is not there.
/// </summary>
internal sealed class World(int seed)
{
    internal static readonly ReconcileLimits Limits = new(Drain: TimeSpan.FromSeconds(60), Router: TimeSpan.FromSeconds(60));

    private readonly Random _random = new(seed);
    private readonly List<Container> _containers = [];
    private readonly List<SlotHold> _holds = [];
    private readonly List<Deploying> _deployments = [];
    private readonly Dictionary<int, IReadOnlySet<string>> _releases = [];
    private RoutedApp? _published;
    private bool _acknowledged = true;
    private int _made;

    internal DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal bool Exists { get; set; } = true;

    internal int? Live { get; private set; }

    internal Dictionary<string, int> Formation { get; } = new() { ["web"] = 1, ["worker"] = 0 };

    /// <summary>Releases whose processes do not pass their check.</summary>
    internal HashSet<int> Broken { get; } = [];

    /// <summary>What the router serves in truth; it may know more than it has said.</summary>
    internal RoutedApp? Router { get; private set; }

    internal IReadOnlyList<Container> Containers => _containers;

    internal IReadOnlyList<Deploying> Deployments => _deployments;

    internal int Deploy(params string[] types)
    {
        foreach (var old in _deployments.Where(one => DeploymentMachine.IsActive(one.Status))) old.Status = DeploymentStatus.Superseded;
        var version = _releases.Count + 1;
        _releases[version] = types.ToHashSet();
        _deployments.Add(new Deploying(_deployments.Count + 1, version) { Since = Now });
        return version;
    }

    internal AppState Observe() => new(
        "hello",
        Exists,
        ["hello.localhost"],
        Live is { } live ? new WantedRelease(live, _releases[live]) : null,
        _deployments.Where(one => DeploymentMachine.IsActive(one.Status)).Select(Wanted).SingleOrDefault(),
        [.. _deployments.Where(one => one.Status == DeploymentStatus.Draining).Select(Wanted)],
        Formation,
        [.. _containers.Select(container => container.State())],
        new RoutesState(_published, _acknowledged),
        [.. _holds]);

    /// <summary>Plans once and carries it out as the loop does: up to the first action that makes the plan stale, or a part of it.</summary>
    /// <returns>False when there was nothing to do.</returns>
    internal bool Pass(bool crashInTheMiddle = false)
    {
        var plan = ReconcilePlan.For(Observe(), Limits, Now);
        var most = crashInTheMiddle ? _random.Next(plan.Count + 1) : plan.Count;
        foreach (var action in plan.Take(most))
        {
            if (Execute(action)) break;
        }

        return plan.Count > 0;
    }

    /// <summary>Everything under way ends well, the router follows, and a little time passes.</summary>
    internal void Settle()
    {
        foreach (var container in _containers.ToList()) Progress(container);
        RouterTakes();
        RouterSays();
        Now += TimeSpan.FromSeconds(1);
    }

    /// <summary>One thing happens, good or bad.</summary>
    internal void Surprise()
    {
        Now += TimeSpan.FromSeconds(_random.Next(3) == 0 ? _random.Next(20) : 0);
        var container = _containers.Count > 0 ? _containers[_random.Next(_containers.Count)] : null;
        switch (_random.Next(12))
        {
            case 0: RouterTakes(); break;
            case 1: RouterSays(); break;
            case 2: container?.Crash(Now); break;
            case 3: container?.Lose(); break;
            case 4: _containers.RemoveAll(one => one == container && one.Known); break;
            case 5 when _random.Next(4) == 0: Deploy(_random.Next(4) == 0 ? ["worker"] : ["web", "worker"]); break;
            case 6: Formation[_random.Next(3) == 0 ? "worker" : "web"] = _random.Next(4); break;
            case 7 when container is { Known: true }: container.Forget(); break;
            case 8 when _random.Next(3) == 0: AskRestart(); break;
            default:
                foreach (var one in _containers.ToList()) Progress(one);
                break;
        }
    }

    /// <summary>Somebody asks for new instances in place of those of the live release.</summary>
    internal void AskRestart()
    {
        foreach (var container in _containers.Where(one => !one.Retired && one.Slot.Release == Live)) container.RestartAskedAt = Now;
    }

    /// <summary>paasd was killed: what only it knew is gone.</summary>
    internal void Restart()
    {
        _holds.Clear();
        _acknowledged = false;
        foreach (var container in _containers)
        {
            container.Operation = InstanceOperation.None;
            if (container.Health != InstanceHealth.Healthy) container.Health = InstanceHealth.Unknown;
        }
    }

    private static WantedRelease Release(int version, IReadOnlySet<string> types) => new(version, types);

    private WantedDeployment Wanted(Deploying one) => new(one.Id, Release(one.Version, _releases[one.Version]), one.Status, one.Since);

    private bool Execute(ReconcileAction action)
    {
        switch (action)
        {
            case StartInstance start:
                Assert.DoesNotContain(_containers, one => one.Slot == start.Slot && !one.Retired && one.Alive && one.RestartAskedAt is null);
                _containers.Add(new Container($"c{++_made}", start.Slot, $"10.0.0.{_made}:5000", Now));
                return false;
            case CheckInstance check:
                Find(check.Container).Health = InstanceHealth.Checking;
                return false;
            case RetireInstance retire:
                Find(retire.Container).RetiredAt ??= Now;
                return false;
            case StopInstance stop:
                End(Find(stop.Container));
                return false;
            case RemoveInstance remove:
                End(Find(remove.Container));
                return false;
            case PublishRoutes publish:
                Publish(publish.Entry);
                return true;
            case AdvanceDeployment advance:
                Advance(_deployments.Single(one => one.Id == advance.Id), advance.Event);
                return true;
            case AbandonRestart abandon:
                Find(abandon.Container).RestartAskedAt = null;
                return true;
            case FailDeployment fail:
                Advance(_deployments.Single(one => one.Id == fail.Id), DeploymentEvent.Fail);
                return true;
            default:
                throw new NotSupportedException(action.ToString());
        }
    }

    private void End(Container container)
    {
        Assert.DoesNotContain(Router?.Endpoints ?? [], endpoint => endpoint.Address == container.Address);
        Assert.DoesNotContain(_published?.Endpoints ?? [], endpoint => endpoint.Address == container.Address);
        container.Operation = InstanceOperation.Ending;
    }

    private void Publish(RoutedApp? entry)
    {
        foreach (var endpoint in entry?.Endpoints ?? [])
        {
            var container = Assert.Single(_containers, one => one.Address == endpoint.Address);
            Assert.True(container.State().Serving, $"{container.Id} is published but does not serve");
            container.WasRouted = true;
        }

        _published = entry;
        _acknowledged = false;
    }

    private void Advance(Deploying deployment, DeploymentEvent @event)
    {
        deployment.Status = DeploymentMachine.Next(deployment.Status, @event);
        deployment.Since = Now;
        if (@event == DeploymentEvent.Switched) Live = deployment.Version;
    }

    private void Progress(Container container)
    {
        switch (container.Operation)
        {
            case InstanceOperation.Starting:
                container.Run(Now);
                break;
            case InstanceOperation.Ending:
                _containers.Remove(container);
                break;
            default:
                if (container.Health == InstanceHealth.Checking) container.Health = Broken.Contains(container.Slot.Release) ? InstanceHealth.Failed : InstanceHealth.Healthy;
                container.Recover(Now);
                break;
        }
    }

    private void RouterTakes() => Router = _published;

    private void RouterSays() => _acknowledged = Router == _published;

    private Container Find(string id) => _containers.Single(one => one.Id == id);

    internal sealed class Deploying(int id, int version)
    {
        internal int Id { get; } = id;

        internal int Version { get; } = version;

        internal DeploymentStatus Status { get; set; }

        internal DateTimeOffset Since { get; set; }
    }

    internal sealed class Container(string id, Slot slot, string address, DateTimeOffset createdAt)
    {
        private SupervisedStatus? _status;
        private DateTimeOffset? _start;
        private int _exits;
        private bool _lost;

        internal string Id { get; } = id;

        internal Slot Slot { get; } = slot;

        internal string Address { get; } = address;

        internal InstanceOperation Operation { get; set; } = InstanceOperation.Starting;

        internal InstanceHealth Health { get; set; }

        internal DateTimeOffset? RetiredAt { get; set; }

        internal DateTimeOffset? RestartAskedAt { get; set; }

        internal bool WasRouted { get; set; }

        internal bool Known { get; private set; }

        internal bool Retired => RetiredAt is not null;

        internal bool Alive => Operation == InstanceOperation.Starting || (Operation == InstanceOperation.None && Known && !_lost);

        internal InstanceState State() => new(
            new Instance(Id, "hello", Slot.Type, Slot.Number, Slot.Release, createdAt, null, WasRouted, RetiredAt) { RestartAskedAt = RestartAskedAt },
            Known, _lost, _status, _start, _exits, Slot.Type == "web" && Known ? Address : null, Health, Requests: 0, Operation);

        internal void Run(DateTimeOffset now)
        {
            (Operation, Known, _status, _start) = (InstanceOperation.None, true, SupervisedStatus.Running, now);
        }

        internal void Crash(DateTimeOffset now)
        {
            if (!Known || _status != SupervisedStatus.Running) return;
            _exits++;
            (_status, Health, _start) = (SupervisedStatus.Backoff, InstanceHealth.Unknown, now);
        }

        internal void Recover(DateTimeOffset now)
        {
            if (_status == SupervisedStatus.Backoff) (_status, _start, Health) = (SupervisedStatus.Running, now, InstanceHealth.Unknown);
        }

        internal void Lose()
        {
            if (Known) _lost = true;
        }

        /// <summary>Its directory was deleted behind everyone's back.</summary>
        internal void Forget() => (Known, _status, Health) = (false, null, InstanceHealth.Unknown);
    }
}
