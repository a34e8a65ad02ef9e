using Paas.Contracts.Routing;
using Paas.Router.Access;
using Paas.Router.Table;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Paas.Router.Tests;

public sealed class HostNameTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("hello.localhost", "hello.localhost")]
    [InlineData("hello.localhost:8080", "hello.localhost")]
    [InlineData("hello.localhost.", "hello.localhost")]
    [InlineData("hello.localhost.:80", "hello.localhost")]
    [InlineData("[::1]:80", "::1")]
    [InlineData("[::1]", "::1")]
    [InlineData("", "")]
    [InlineData(":80", "")]
    [InlineData("10.0.0.1:80", "10.0.0.1")]
    public void Port_and_trailing_dot_do_not_belong_to_the_name(string host, string bare) =>
        Assert.Equal(bare, HostName.Bare(host).ToString());

    [Theory]
    [InlineData("a", true)]
    [InlineData("hello.localhost", true)]
    [InlineData("xn--bcher-kva.example", true)]
    [InlineData("_acme.example", true)]
    [InlineData("Hello.localhost", false)]
    [InlineData("hello.localhost:80", false)]
    [InlineData("hello..localhost", false)]
    [InlineData("hello.localhost.", false)]
    [InlineData("-hello", false)]
    [InlineData("hello-", false)]
    [InlineData("bücher.example", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_plain_lower_case_names_are_routable(string? host, bool routable) => Assert.Equal(routable, HostName.IsRoutable(host));

    /// <summary>However a visitor writes a routed name, it finds its own app; a name that is not routed finds none.</summary>
    [Fact]
    public void Every_spelling_finds_its_own_app_and_nothing_else_finds_one()
    {
        var random = new Random(20260722);
        for (var round = 0; round < 200; round++)
        {
            var owners = new Dictionary<string, string>();
            var apps = Enumerable.Range(0, random.Next(1, 20)).Select(i => new RoutedApp(
                $"app{i}",
                [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => Name(random)).Where(host => owners.TryAdd(host, $"app{i}"))],
                [])).ToList();
            var snapshot = new RouterSnapshot(1, apps);
            Assert.Empty(SnapshotRules.Check(snapshot));
            using var live = Live(out var log);
            using var disposable = log;
            live.Apply(snapshot);
            foreach (var (host, owner) in owners)
            {
                for (var i = 0; i < 5; i++)
                {
                    var spelling = Spell(random, host);
                    Assert.True(live.Current.TryFind(spelling, out var app), spelling);
                    Assert.Equal(owner, app.Name);
                }
            }

            for (var i = 0; i < 50; i++)
            {
                var stranger = Name(random);
                Assert.Equal(owners.ContainsKey(stranger), live.Current.TryFind(Spell(random, stranger), out _));
            }
        }
    }

    [Fact]
    public async Task Ten_thousand_hosts_swap_while_lookups_go_on()
    {
        using var live = Live(out var log);
        using var disposable = log;
        var snapshots = Enumerable.Range(1, 6).Select(generation => new RouterSnapshot(generation, [.. Enumerable.Range(0, 10_000).Select(i =>
            new RoutedApp($"app{i}", [$"app{i}.example.org"], [new RoutedEndpoint("web.1", "web", $"10.213.{i / 250}.{(i % 250) + 2}:5000")]))])).ToList();
        live.Apply(snapshots[0]);
        using var stop = new CancellationTokenSource();
        var missed = 0;
        var readers = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i = (i + 1) % 10_000)
            {
                if (!live.Current.TryFind($"APP{i}.example.org:80", out var app) || app.Name != $"app{i}") missed++;
            }
        });
        var times = new List<double>();
        foreach (var snapshot in snapshots.Skip(1))
        {
            var started = TimeProvider.System.GetTimestamp();
            live.Apply(snapshot);
            times.Add(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
            Assert.Equal(snapshot.Generation, live.Current.Generation);
        }

        await stop.CancelAsync();
        await readers;
        Assert.Equal(0, missed);
        output.WriteLine($"swap of 10,000 hosts: median {times.Order().ElementAt(times.Count / 2):0.0} ms of {times.Count}");
    }

    private static LiveTable Live(out AccessLog log)
    {
        log = new AccessLog("/nonexistent", NullLogger.Instance, TimeProvider.System);
        return new LiveTable(log);
    }

    private static string Name(Random random) =>
        string.Join('.', Enumerable.Range(0, random.Next(1, 4)).Select(_ => new string(
            [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => "abc01_"[random.Next(6)])])));

    private static string Spell(Random random, string host)
    {
        var cased = string.Concat(host.Select(c => random.Next(2) == 0 ? char.ToUpperInvariant(c) : c));
        var dotted = random.Next(2) == 0 ? cased + "." : cased;
        return random.Next(2) == 0 ? $"{dotted}:{random.Next(1, 65536)}" : dotted;
    }
}
