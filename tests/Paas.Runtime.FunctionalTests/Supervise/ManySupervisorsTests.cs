using System.Diagnostics;
using System.Globalization;
using Paas.Contracts.Supervision;
using Paas.Testing;
using Xunit.Abstractions;

namespace Paas.Runtime.FunctionalTests.Supervise;

[Collection(nameof(SuperviseHost))]
public sealed class ManySupervisorsTests(SuperviseHost host, ITestOutputHelper output)
{
    private const int Count = 50;

    [RootFact]
    public void Fifty_supervisors_run_at_once_and_are_small()
    {
        var bundles = Enumerable.Range(0, Count).Select(_ => new SupervisedBundle(host, "exec sleep 1000", graceSeconds: 0)).ToList();
        try
        {
            var watch = Stopwatch.StartNew();
            Parallel.ForEach(bundles, new ParallelOptions { MaxDegreeOfParallelism = 8 }, bundle => bundle.Start());
            output.WriteLine($"{Count} started in {watch.ElapsedMilliseconds} ms");
            var pids = bundles.ConvertAll(bundle => bundle.State().SupervisorPid);
            Assert.Equal(Count, pids.Distinct().Count());
            var memory = pids.ConvertAll(Memory);
            output.WriteLine($"PSS {memory.Average(one => one.Pss):F0} kB, private {memory.Average(one => one.Private):F0} kB, RSS {memory.Average(one => one.Rss):F0} kB each");
            output.WriteLine($"threads {pids.Average(pid => Directory.GetDirectories($"/proc/{pid}/task").Length):F1} each");
            watch.Restart();
            Parallel.ForEach(bundles, new ParallelOptions { MaxDegreeOfParallelism = 8 }, bundle =>
            {
                using var client = bundle.Connect();
                Assert.Equal(SupervisedStatus.Exited, client.Ask("stop", grace: 0).State!.Status);
            });
            output.WriteLine($"{Count} stopped in {watch.ElapsedMilliseconds} ms");
            Assert.All(bundles, bundle => Assert.False(bundle.HasHostInterface));
        }
        finally
        {
            bundles.ForEach(bundle => bundle.Dispose());
        }
    }

    private static (long Pss, long Private, long Rss) Memory(int pid)
    {
        var values = File.ReadLines($"/proc/{pid}/smaps_rollup").Skip(1).ToDictionary(
            line => line[..line.IndexOf(':', StringComparison.Ordinal)],
            line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
        return (values["Pss"], values["Private_Clean"] + values["Private_Dirty"], values["Rss"]);
    }
}
