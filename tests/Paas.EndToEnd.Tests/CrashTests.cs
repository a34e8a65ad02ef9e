using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Paas.Contracts.Api;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>kill -9 of each program, under traffic.</summary>
[Collection(ServerCollection.Name)]
public sealed partial class CrashTests(ServerFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [RootFact]
    public async Task Killing_paasd_fails_no_request_and_loses_no_log_line_and_it_adopts_what_runs()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "adopted");
        (await app.PushAsync()).Succeeded();
        (await app.PaasAsync("scale", "web=2")).Succeeded();
        var before = await app.InstancesAsync();

        await using (var traffic = new Traffic(app))
        {
            await traffic.WaitForRequestsAsync(100);
            var pid = fixture.Server.Pid("paasd");
            fixture.Server.Kill("paasd");
            await traffic.WaitForRequestsAsync(100);
            await Eventually.TrueAsync("paasd is back", Patience, async () =>
                fixture.Server.Pid("paasd") != pid && (await app.PaasAsync("apps")).ExitCode == 0);
            await traffic.WaitForRequestsAsync(100);
            Assert.Empty(traffic.Failures);
        }

        await Eventually.TrueAsync("the instances are adopted", Patience, async () =>
            (await app.InstancesAsync()).Count(i => i.Status == InstanceStatus.Up) == 2);
        var after = await app.InstancesAsync();
        Assert.Equal(before.Select(i => (i.Name, i.Pid)).Order(), after.Select(i => (i.Name, i.Pid)).Order());
        await AssertEveryRequestIsLoggedAsync(app);
    }

    [RootFact]
    public async Task A_killed_router_is_back_within_two_seconds_without_paasd()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "static", "routed");
        (await app.PushAsync()).Succeeded();
        await fixture.Server.StopAsync("paasd");
        try
        {
            var clock = Stopwatch.StartNew();
            fixture.Server.Kill("paas-router");
            await Eventually.TrueAsync("the router answers from its own snapshot", Patience, async () => (await app.GetAsync()).Status == HttpStatusCode.OK);
            output.WriteLine($"measured: router killed, next 200 after {clock.Elapsed.TotalSeconds:F2} s");
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"took {clock.Elapsed}");
        }
        finally
        {
            fixture.Server.StartDaemon();
            await Eventually.TrueAsync("paasd is back", Patience, async () => (await app.PaasAsync("apps")).ExitCode == 0);
        }
    }

    [RootFact]
    public async Task A_killed_process_is_started_again_in_its_sandbox_and_seen()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "restarted");
        (await app.PushAsync()).Succeeded();
        var before = await app.InstanceAsync("web.1");
        Process.GetProcessById(before.Pid!.Value).Kill();
        await Eventually.TrueAsync("web.1 is up again", Patience, async () =>
            await app.InstanceAsync("web.1") is { Status: InstanceStatus.Up, Restarts: 1 } after && after.Pid != before.Pid);
        var again = await app.InstanceAsync("web.1");
        Assert.Equal((before.ContainerId, before.Address), (again.ContainerId, again.Address));
        Assert.Contains("signal 9", again.LastExit, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync()).Status);
        Assert.Contains("signal 9", (await app.PaasAsync("logs", "-n", "100")).Stdout, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_killed_supervisor_s_instance_is_replaced()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "replaced");
        (await app.PushAsync()).Succeeded();
        var before = await app.InstanceAsync("web.1");
        Process.GetProcessById(ParentOf(before.Pid!.Value)).Kill();
        await Eventually.TrueAsync("another container is up", Patience, async () =>
            await app.InstanceAsync("web.1") is { Status: InstanceStatus.Up } after && after.ContainerId != before.ContainerId);
        await Eventually.TrueAsync("the app answers", Patience, async () => (await app.GetAsync()).Status == HttpStatusCode.OK);
        await Eventually.TrueAsync("the process of the killed supervisor is gone", Patience, () => Task.FromResult(IsGone(before.Pid!.Value)));
    }

    private async Task AssertEveryRequestIsLoggedAsync(AppCheckout app)
    {
        // The sample numbers its log lines per process, so a gap or a repetition shows.
        var logs = (await app.PaasAsync("logs", "-n", "10000", "--ps", "web")).Succeeded().Stdout;
        foreach (var instance in (string[])["web.1", "web.2"])
        {
            var numbers = logs.Split('\n').Where(line => line.Contains(instance, StringComparison.Ordinal))
                .Select(line => RequestNumber().Match(line)).Where(match => match.Success).Select(match => int.Parse(match.Groups[1].Value)).ToList();
            Assert.NotEmpty(numbers);
            Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers);
        }
    }

    private static bool IsGone(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is 'Z' or 'X';
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
    }

    private static int ParentOf(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
    }

    [GeneratedRegex(@"request (\d+)")]
    private static partial Regex RequestNumber();
}
