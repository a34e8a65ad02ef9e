using Paas.Contracts.Api;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Reconcile;

namespace Paas.ControlPlane.Tests.Reconcile;

/// <summary>Whatever happens in whatever order, the loop brings everything to rest as wanted, and on the way visitors only reach what is there.</summary>
public sealed class ReconcilePropertyTests
{
    private const int Worlds = 400;
    private const int Surprises = 150;
    private const int EnoughPasses = 300;

    [Fact]
    public void From_any_state_it_converges_and_never_routes_to_what_is_gone()
    {
        for (var seed = 0; seed < Worlds; seed++) Run(seed, restarts: false);
    }

    [Fact]
    public void Also_when_paasd_is_killed_again_and_again()
    {
        for (var seed = 10_000; seed < 10_000 + Worlds; seed++) Run(seed, restarts: true);
    }

    [Fact]
    public void A_deployment_without_faults_never_has_fewer_endpoints_than_before()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var random = new Random(seed);
            var world = Deployed(seed, web: random.Next(1, 5));
            var before = world.Router!.Endpoints.Count;
            world.Deploy("web", "worker");
            WithoutFaults(world, random, () => AssertReaches(world, before, seed));

            Assert.Equal(DeploymentStatus.Succeeded, world.Deployments[^1].Status);
            AssertAtRest(world, seed);
        }
    }

    [Fact]
    public void A_release_that_does_not_come_up_changes_nothing_for_visitors()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var random = new Random(seed);
            var world = Deployed(seed, web: 2);
            var before = world.Router!.Endpoints;
            world.Broken.Add(world.Deploy("web"));
            WithoutFaults(world, random, () => Assert.Equal(before, world.Router!.Endpoints));

            Assert.Equal(DeploymentStatus.Failed, world.Deployments[^1].Status);
            Assert.Equal(1, world.Live);
            AssertAtRest(world, seed);
        }
    }

    [Fact]
    public void A_restart_replaces_everything_and_never_has_fewer_endpoints_than_before()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var random = new Random(seed);
            var world = Deployed(seed, web: random.Next(1, 5));
            var (before, endpoints) = (world.Containers.Select(container => container.Id).ToHashSet(), world.Router!.Endpoints.Count);
            world.AskRestart();
            WithoutFaults(world, random, () => AssertReaches(world, endpoints, seed));

            Assert.DoesNotContain(world.Containers, container => before.Contains(container.Id));
            AssertAtRest(world, seed);
        }
    }

    [Fact]
    public void A_restart_whose_instances_do_not_come_up_changes_nothing_for_visitors()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var random = new Random(seed);
            var world = Deployed(seed, web: 2);
            var before = world.Router!.Endpoints;
            world.Broken.Add(world.Live!.Value);
            world.AskRestart();
            WithoutFaults(world, random, () => Assert.Equal(before, world.Router!.Endpoints));

            AssertAtRest(world, seed);
        }
    }

    [Fact]
    public void A_destroyed_app_leaves_nothing()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var world = new World(seed);
            world.Deploy("web", "worker");
            for (var step = 0; step < 40; step++)
            {
                world.Pass();
                world.Surprise();
            }

            world.Exists = false;
            Converge(world, seed);
            Assert.Empty(world.Containers);
            Assert.Null(world.Router);
        }
    }

    private static void Run(int seed, bool restarts)
    {
        var random = new Random(seed);
        var world = new World(seed);
        world.Deploy("web", "worker");
        for (var step = 0; step < Surprises; step++)
        {
            world.Pass(crashInTheMiddle: restarts && random.Next(4) == 0);
            world.Surprise();
            if (restarts && random.Next(8) == 0) world.Restart();
        }

        Converge(world, seed);
        AssertAtRest(world, seed);
    }

    // Nothing goes wrong but that paasd is killed in the middle of a pass.
    private static void WithoutFaults(World world, Random random, Action check)
    {
        for (var pass = 0; pass < EnoughPasses; pass++)
        {
            if (random.Next(2) == 0) world.Pass(crashInTheMiddle: random.Next(3) == 0);
            else world.Settle();
            check();
        }
    }

    private static void AssertReaches(World world, int least, int seed)
    {
        Assert.True(world.Router!.Endpoints.Count >= least, $"seed {seed}: {world.Router.Endpoints.Count} of {least} endpoints");
        foreach (var endpoint in world.Router.Endpoints)
            Assert.Contains(world.Containers, container => container.Address == endpoint.Address && container.State().Running);
    }

    private static World Deployed(int seed, int web)
    {
        var world = new World(seed);
        world.Formation["web"] = web;
        world.Deploy("web", "worker");
        Converge(world, seed);
        Assert.Equal(web, world.Router!.Endpoints.Count);
        return world;
    }

    private static void Converge(World world, int seed)
    {
        for (var pass = 0; pass < EnoughPasses; pass++)
        {
            var busy = world.Pass();
            world.Settle();
            if (!busy && ReconcilePlan.For(world.Observe(), World.Limits, world.Now).Count == 0 && pass > 5) return;
        }

        Assert.Fail($"seed {seed} does not come to rest: {string.Join("; ", ReconcilePlan.For(world.Observe(), World.Limits, world.Now))}");
    }

    private static void AssertAtRest(World world, int seed)
    {
        var state = world.Observe();
        Assert.True(ReconcilePlan.IsSettled(state), $"seed {seed} is at rest, but not as wanted: {state}");
        Assert.Equal(ReconcilePlan.Wanted(state).Order(Comparer<Slot>.Create((one, other) => string.CompareOrdinal(one.ToString(), other.ToString()))),
            state.Instances.Select(instance => instance.Slot).Order(Comparer<Slot>.Create((one, other) => string.CompareOrdinal(one.ToString(), other.ToString()))));
        Assert.All(world.Deployments, deployment => Assert.True(DeploymentMachine.IsEnded(deployment.Status), $"seed {seed}: {deployment.Status}"));
        Assert.Equal(ReconcilePlan.Entry(state)!.Endpoints, world.Router!.Endpoints);
    }
}
