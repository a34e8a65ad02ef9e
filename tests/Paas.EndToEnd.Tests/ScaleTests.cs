using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Paas.Contracts.Api;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

[Collection(ServerCollection.Name)]
public sealed partial class ScaleTests(ServerFixture fixture, ITestOutputHelper output)
{
    [RootFact]
    public async Task Three_instances_all_receive_requests_and_none_answers_503()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "scaled");
        (await app.PushAsync()).Succeeded();

        (await app.PaasAsync("scale", "web=3")).Succeeded();
        var instances = await app.InstancesAsync();
        Assert.Equal(["web.1", "web.2", "web.3"], instances.Select(i => i.Name).Order());
        Assert.All(instances, instance => Assert.Equal(InstanceStatus.Up, instance.Status));
        var answered = new HashSet<string>();
        for (var i = 0; i < 60; i++) answered.Add(InstanceName().Match((await app.GetAsync()).Body).Value);
        Assert.Equal(["web.1", "web.2", "web.3"], answered.Order());

        (await app.PaasAsync("scale", "web=0")).Succeeded();
        var none = await app.GetAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, none.Status);
        Assert.Contains("scaled to zero", none.Body, StringComparison.Ordinal);

        var clock = Stopwatch.StartNew();
        (await app.PaasAsync("scale", "web=1")).Succeeded();
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync()).Status);
        output.WriteLine($"measured: scale 0 to 1, to the first 200: {clock.Elapsed.TotalSeconds:F2} s");
    }

    [RootFact]
    public async Task Config_makes_a_release_and_rollback_undoes_it()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "releases");
        (await app.PushAsync()).Succeeded();
        (await app.PaasAsync("config:set", "GREETING=Bonjour")).Succeeded();
        Assert.Contains("Bonjour", (await app.GetAsync()).Body, StringComparison.Ordinal);
        Assert.Equal("Bonjour", (await app.PaasAsync("config:get", "GREETING")).Succeeded().Stdout.Trim());

        var rollback = (await app.PaasAsync("rollback", "v1")).Succeeded();
        Assert.Contains("v3", rollback.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Bonjour", (await app.GetAsync()).Body, StringComparison.Ordinal);
        Assert.NotEqual(0, (await app.PaasAsync("rollback", "v99")).ExitCode);
    }

    [RootFact]
    public async Task A_one_off_command_passes_output_and_exit_code()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "oneoff");
        (await app.PushAsync()).Succeeded();
        var run = await app.PaasAsync("run", "--", "sh", "-c", "echo out; echo err >&2; id -u; exit 7");
        Assert.Equal(7, run.ExitCode);
        Assert.Equal("out\n1000\n", run.Stdout);
        Assert.Contains("err", run.Stderr, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"web\.\d")]
    private static partial Regex InstanceName();
}
