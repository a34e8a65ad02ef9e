using System.Diagnostics;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Testing;
using Xunit.Abstractions;

namespace Paas.Node.Tests.Hosts;

[Collection(nameof(TestNode))]
public sealed class SupervisedContainerTests(TestNode node, ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    [RootFact]
    public async Task A_container_starts_serves_and_leaves_nothing_when_stopped()
    {
        var started = await node.Host.StartAsync(node.WebServer("serves"), None);

        Assert.False(started.Lost);
        Assert.Equal(SupervisedStatus.Running, started.State!.Status);
        Assert.Equal("serves", started.Labels["id"]);
        await TestNode.UntilAsync(async () => await TestNode.GetAsync(started.State.Address!) == "page-of-serves\n", "the page");
        Assert.Contains(node.Host.ListeningPorts(started.State.Pid!.Value), port => port.Port == 5000);
        Assert.Contains(await node.Host.ListAsync(None), container => container.Id == "serves" && container.State!.Pid == started.State.Pid);

        await node.Host.StopAsync("serves", Grace, None);

        Assert.Empty(node.Traces("serves"));
        Assert.DoesNotContain(await node.Host.ListAsync(None), container => container.Id == "serves");
        Assert.Empty(node.Host.ListeningPorts(started.State.Pid.Value));
        await node.Host.StopAsync("serves", Grace, None);
        await node.Host.RemoveAsync("serves", None);
    }

    [RootFact]
    public async Task A_paused_container_stands_still_and_goes_on_also_when_who_paused_it_has_died()
    {
        await node.Host.StartAsync(node.Shell("paused", "while :; do echo x >> /tmp/count; done"), None);
        var count = Path.Combine(node.Host.ChangesOf("paused")!, "tmp/count");
        long Length() => new FileInfo(count) is { Exists: true } file ? file.Length : 0;
        async Task GoesOnAsync(string what)
        {
            var before = Length();
            await TestNode.UntilAsync(() => Task.FromResult(Length() > before), what);
        }

        await GoesOnAsync("the first line");
        using (node.Host.Pause("paused"))
        {
            var before = Length();
            await Task.Delay(200);
            Assert.Equal(before, Length());
            Assert.Equal(ErrorCode.Conflict, Assert.Throws<PaasException>(() => node.Host.Pause("paused")).Code);
        }

        await GoesOnAsync("a line after the pause");
        _ = node.Host.Pause("paused");
        await using (var next = node.NewHost()) await next.PrepareHostAsync(None);
        await GoesOnAsync("a line after the restart");
        await node.Host.StopAsync("paused", Grace, None);
        Assert.Empty(node.Traces("paused"));
    }

    [RootFact]
    public async Task Sandboxes_reach_neither_each_other_nor_the_host_but_its_router()
    {
        var one = await node.Host.StartAsync(node.WebServer("wall-a"), None);
        var two = await node.Host.StartAsync(node.WebServer("wall-b"), None);
        await TestNode.UntilAsync(async () => await TestNode.GetAsync(one.State!.Address!) is not null, "the page of the first");
        await TestNode.UntilAsync(async () => await TestNode.GetAsync(two.State!.Address!) is not null, "the page of the second");
        using var secret = TestNode.Listen(TestNode.Gateway, 15_432);
        using var router = TestNode.Listen(TestNode.Gateway, TestNode.RouterPort);

        (string Address, int Port)[] targets =
            [(one.State!.Address!, 5000), (TestNode.Gateway, 15_432), (TestNode.Gateway, TestNode.RouterPort)];
        var script = string.Join('\n', targets.Select(
            to => $"nc -w 1 {to.Address} {to.Port} </dev/null >/dev/null 2>&1 && echo open || echo closed"));
        // nc waits for its peer to close.
        var accepting = Task.Run(async () => (await router.AcceptTcpClientAsync()).Dispose());
        var (_, reached, _) = await node.RunAsync(node.Shell("wall-c", script));

        Assert.Equal("closed\nclosed\nopen\n", reached);
        await accepting;
        await node.Host.RemoveAsync("wall-a", None);
        await node.Host.RemoveAsync("wall-b", None);
        Assert.Empty(node.Traces("wall-a").Concat(node.Traces("wall-b")));
    }

    [RootFact]
    public async Task A_restarted_node_adopts_what_runs_and_gives_no_address_twice()
    {
        var started = await node.Host.StartAsync(node.WebServer("adopted"), None);
        await using var next = node.NewHost();

        await next.PrepareHostAsync(None);
        var found = Assert.Single(await next.ListAsync(None), container => container.Id == "adopted");
        Assert.Equal(started.State!.Pid, found.State!.Pid);
        Assert.Equal(started.Labels, found.Labels);
        var others = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => next.StartAsync(node.WebServer($"other-{i}"), None)));
        Assert.Equal(4, others.Append(started).Select(container => container.State!.Address).Distinct().Count());
        await TestNode.UntilAsync(async () => await TestNode.GetAsync(found.State.Address!) is not null, "the page after adoption");

        foreach (var container in others.Append(started)) await next.RemoveAsync(container.Id, None);
        Assert.Empty(node.Traces("adopted"));
    }

    [RootFact]
    public async Task A_killed_process_is_started_again_and_watchers_see_it()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var started = await node.Host.StartAsync(node.WebServer("killed"), None);
        var seen = new List<SupervisedStatus>();
        var killed = false;

        await foreach (var change in node.Host.WatchAsync(stop.Token))
        {
            if (change.Id != "killed") continue;
            Assert.False(change.Lost);
            seen.Add(change.State!.Status);
            if (!killed) Process.GetProcessById(started.State!.Pid!.Value).Kill();
            killed = true;
            if (change.State is { Status: SupervisedStatus.Running, Restarts: 1 } state)
            {
                Assert.Equal(9, Assert.Single(state.Exits).Signal);
                Assert.Equal(started.State!.Address, state.Address);
                break;
            }
        }

        Assert.Contains(SupervisedStatus.Backoff, seen);
        await node.Host.RemoveAsync("killed", None);
    }

    [RootFact]
    public async Task Watchers_see_containers_that_start_later_and_none_that_was_removed()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await node.Host.StartAsync(node.WebServer("earlier"), None);
        var seen = new List<string>();
        var watch = Task.Run(async () =>
        {
            await foreach (var change in node.Host.WatchAsync(stop.Token))
            {
                Assert.False(change.Lost);
                seen.Add(change.Id);
                if (change.Id == "earlier" && seen.Count == 1) await node.Host.StartAsync(node.WebServer("later"), stop.Token);
                if (change.Id == "later" && change.State!.Status == SupervisedStatus.Running) await node.Host.RemoveAsync("earlier", stop.Token);
                if (change.Id == "last" && change.State!.Status == SupervisedStatus.Running) return;
                if (change.Id == "later" && !seen.Contains("last")) await StartLastAsync();
            }
        });

        await watch;

        Assert.DoesNotContain("earlier", seen.Skip(seen.IndexOf("last")));
        await node.Host.RemoveAsync("later", None);
        await node.Host.RemoveAsync("last", None);

        async Task StartLastAsync()
        {
            if ((await node.Host.ListAsync(stop.Token)).All(container => container.Id != "last")) await node.Host.StartAsync(node.WebServer("last"), stop.Token);
        }
    }

    [RootFact]
    public async Task Many_start_and_stop_at_once()
    {
        var ids = Enumerable.Range(0, 12).Select(i => $"many-{i}").ToList();

        var started = await Task.WhenAll(ids.Select(id => node.Host.StartAsync(node.WebServer(id), None)));

        Assert.Equal(ids.Count, started.Select(container => container.State!.Address).Distinct().Count());
        Assert.Equal(ids.Count, TestNode.Ports().Count);
        await Task.WhenAll(ids.Select(id => node.Host.StopAsync(id, Grace, None)));
        Assert.Empty(ids.SelectMany(node.Traces));
        Assert.Empty(TestNode.Ports());
    }

    [RootFact]
    public async Task A_start_that_is_cancelled_at_any_moment_leaves_nothing()
    {
        for (var milliseconds = 0; milliseconds < 120; milliseconds += 3)
        {
            using var cancel = new CancellationTokenSource(milliseconds);
            var id = $"cancelled-{milliseconds}";
            try
            {
                await node.Host.StartAsync(node.Shell(id, "exec sleep 1000"), cancel.Token);
                await node.Host.RemoveAsync(id, None);
            }
            catch (OperationCanceledException)
            {
                // As asked.
            }

            Assert.Empty(node.Traces(id));
        }

        Assert.Empty(TestNode.Ports());
        Assert.Empty(await node.Host.ListAsync(None));
    }

    [RootFact]
    public async Task A_container_whose_supervisor_dies_is_lost_and_can_be_removed()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var started = await node.Host.StartAsync(node.WebServer("orphan"), None);
        var watch = Task.Run(async () =>
        {
            await foreach (var change in node.Host.WatchAsync(stop.Token))
            {
                if (change is { Id: "orphan", Lost: true }) return;
            }
        });

        Process.GetProcessById(started.State!.SupervisorPid).Kill();

        await TestNode.UntilAsync(
            async () => (await node.Host.ListAsync(None)).Single(container => container.Id == "orphan").Lost, "the container is lost");
        await watch;
        await TestNode.UntilAsync(() => Task.FromResult(!Directory.Exists($"/proc/{started.State.Pid}")), "the process goes along");
        await TestNode.UntilAsync(
            async () => await node.Host.ListAsync(None) is not null && !Directory.Exists($"/proc/{started.State.SupervisorPid}"), "the supervisor is waited for");
        await node.Host.RemoveAsync("orphan", None);
        Assert.Empty(node.Traces("orphan"));
    }

    [RootFact]
    public async Task A_command_that_does_not_exist_is_named_and_nothing_is_left()
    {
        var config = node.Shell("broken", "") with { Args = ["/no/such/program"] };

        var error = await Assert.ThrowsAsync<PaasException>(() => node.Host.StartAsync(config, None));

        Assert.Contains("/no/such/program", error.Message);
        Assert.Empty(node.Traces("broken"));
    }

    [RootFact]
    public async Task An_id_or_an_image_that_cannot_be_is_refused_before_anything_is_made()
    {
        await node.Host.StartAsync(node.WebServer("taken"), None);
        var taken = await Assert.ThrowsAsync<PaasException>(() => node.Host.StartAsync(node.WebServer("taken"), None));
        Assert.Equal(ErrorCode.Conflict, taken.Code);
        Assert.Contains(await node.Host.ListAsync(None), container => container is { Id: "taken", Lost: false });
        await node.Host.RemoveAsync("taken", None);

        var missing = node.WebServer("missing") with { Image = Oci.Digest.Parse("sha256:" + new string('0', 64)) };
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<PaasException>(() => node.Host.StartAsync(missing, None))).Code);
        var nobody = node.WebServer("nobody") with { User = "nobody" };
        Assert.Contains("nobody", (await Assert.ThrowsAsync<PaasException>(() => node.Host.StartAsync(nobody, None))).Message);
        Assert.Empty(node.Traces("missing").Concat(node.Traces("nobody")));
    }

    [RootFact]
    public async Task What_a_crash_left_half_made_is_removed_at_the_next_start()
    {
        var containers = Path.Combine(node.Options.DataDirectory, "containers");
        Directory.CreateDirectory(Path.Combine(containers, "half-made"));
        Directory.CreateDirectory(Path.Combine(containers, "one-shot"));
        await File.WriteAllTextAsync(Path.Combine(containers, "one-shot", "sandbox.json"), "{}");
        await File.WriteAllTextAsync(Path.Combine(containers, "half-made", "supervise.json"), "{torn");
        node.Images.Snapshotter.Prepare("container-one-shot", null);
        node.Images.Snapshotter.Prepare("container-nowhere", null);
        node.Images.Snapshotter.Prepare("build-7", null);
        var whole = await node.Host.StartAsync(node.WebServer("whole"), None);

        await using (var next = node.NewHost()) await next.PrepareHostAsync(None);

        Assert.Empty(node.Traces("half-made").Concat(node.Traces("one-shot")).Concat(node.Traces("nowhere")));
        Assert.Contains("build-7", node.Images.Snapshotter.Keys());
        node.Images.Snapshotter.Remove("build-7");
        Assert.Equal(whole.State!.Pid, (await node.Host.ListAsync(None)).Single(container => container.Id == "whole").State!.Pid);
        await node.Host.RemoveAsync("whole", None);
    }

    [RootFact]
    public async Task Prints_how_long_a_start_and_a_stop_take()
    {
        var (starts, stops) = (new List<double>(), new List<double>());
        for (var i = 0; i < 10; i++)
        {
            var watch = Stopwatch.StartNew();
            await node.Host.StartAsync(node.Shell($"timed-{i}", "exec sleep 1000"), None);
            starts.Add(watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            await node.Host.RemoveAsync($"timed-{i}", None);
            stops.Add(watch.Elapsed.TotalMilliseconds);
        }

        starts.Sort();
        stops.Sort();
        output.WriteLine($"StartAsync: median {starts[5]:0.0} ms, worst {starts[^1]:0.0} ms; RemoveAsync: median {stops[5]:0.0} ms, worst {stops[^1]:0.0} ms");
        Assert.Empty(node.Traces("timed-0"));
    }
}

[CollectionDefinition(nameof(TestNode))]
public sealed class TestNodeCollection : ICollectionFixture<TestNode>;
