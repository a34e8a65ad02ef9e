using System.Diagnostics;
using Paas.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Paas.Runtime.FunctionalTests;

/// <summary>A thousand containers one after the other: no hang, nothing left.</summary>
public sealed class EnduranceTests(ITestOutputHelper output)
{
    private const int Runs = 1000;
    private static readonly TimeSpan Bound = Patience.OfSeconds(600);

    [RootFact]
    public void A_thousand_runs_neither_hang_nor_leak()
    {
        using var container = new TestContainer();
        container.Linux["resources"] = System.Text.Json.Nodes.JsonNode.Parse("""{"memory": {"limit": 67108864}, "pids": {"limit": 64}}""");
        container.WriteConfig();
        var clock = Stopwatch.StartNew();
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < Runs; i++)
        {
            var before = clock.Elapsed;
            RuntimeUnderTest.Run(container.Root, "run", "--bundle", container.Bundle, container.Id).ShouldSucceed();
            var took = clock.Elapsed - before;
            if (took > slowest) slowest = took;
            Assert.True(clock.Elapsed < Bound, $"only {i} runs in {Bound}");
        }

        output.WriteLine($"{Runs} runs in {clock.Elapsed.TotalSeconds:F1} s: {clock.Elapsed.TotalMilliseconds / Runs:F1} ms each, slowest {slowest.TotalMilliseconds:F0} ms");
        Assert.Empty(container.HostMounts());
        Assert.Empty(container.Cgroups());
        Assert.Empty(Directory.GetFileSystemEntries(container.Root));
    }

}
