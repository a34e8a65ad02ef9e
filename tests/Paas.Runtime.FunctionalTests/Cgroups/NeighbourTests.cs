using System.Diagnostics;
using Paas.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Paas.Runtime.FunctionalTests.Cgroups;

/// <summary>A container that runs wild stops at its limits, and the one beside it hardly notices.</summary>
public sealed class NeighbourTests(ITestOutputHelper output)
{
    private const int Rounds = 200;

    // Far above what a neighbour may cost, far below what an unlimited bomb or hog costs: minutes, or the machine.
    private static readonly TimeSpan Bearable = TimeSpan.FromMilliseconds(250);

    [RootFact]
    public void A_fork_bomb_does_not_disturb_its_neighbour()
    {
        using var bomb = new TestContainer().Script("bomb() { bomb & bomb & wait; }; echo lit; bomb")
            .WithResources("""{"pids": {"limit": 64}, "cpu": {"quota": 50000, "period": 100000}}""");
        using var neighbour = new Echo();
        var before = neighbour.Measure();
        bomb.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => bomb.DetachedOutput.Contains("fork"), "the limit is met");
        var during = neighbour.Measure();
        Assert.InRange(int.Parse(File.ReadAllText($"{bomb.GroupDirectory("pids")}/pids.current")), 0, 64);
        RuntimeUnderTest.Run(bomb.Root, "delete", "--force", bomb.Id).ShouldSucceed();
        Compare("fork bomb", before, during);
        Assert.Empty(bomb.Cgroups());
    }

    [RootFact]
    public void A_memory_hog_does_not_disturb_its_neighbour()
    {
        using var hog = new TestContainer().Script("while true; do dd if=/dev/zero of=/dev/shm/x bs=1M count=60; rm -f /dev/shm/x; done")
            .WithResources("""{"memory": {"limit": 33554432, "swap": 33554432}, "cpu": {"quota": 50000, "period": 100000}}""");
        using var neighbour = new Echo();
        var before = neighbour.Measure();
        var options = hog.Mounts.Single(mount => (string)mount!["destination"]! == "/dev/shm")!["options"]!.AsArray();
        options.Add("size=128m");
        hog.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => Kills(hog) > 0, "it is killed for want of memory");
        var during = neighbour.Measure();
        Assert.Equal(0, Kills(neighbour.Container));
        Assert.Equal("running", neighbour.Container.Status);
        RuntimeUnderTest.Run(hog.Root, "delete", "--force", hog.Id).ShouldSucceed();
        Compare("memory hog", before, during);
    }

    private void Compare(string what, TimeSpan[] before, TimeSpan[] during)
    {
        output.WriteLine($"measured: neighbour of a {what}: answer {Text(before)} before, {Text(during)} during");
        Assert.True(during[Rounds / 2] < Bearable, Text(during));

        static string Text(TimeSpan[] sorted) =>
            $"p50 {sorted[Rounds / 2].TotalMilliseconds:F2} ms, p99 {sorted[Rounds * 99 / 100].TotalMilliseconds:F2} ms";
    }

    private static long Kills(TestContainer container)
    {
        var file = $"{container.GroupDirectory("memory")}/{(GroupFiles.IsUnified ? "memory.events" : "memory.oom_control")}";
        return File.Exists(file) ? long.Parse(File.ReadLines(file).Single(line => line.StartsWith("oom_kill "))["oom_kill ".Length..]) : 0;
    }

    // A container that answers every line with the same line.
    private sealed class Echo : IDisposable
    {
        private readonly FileStream _questions;
        private readonly StreamReader _answers;

        public Echo()
        {
            Container = new TestContainer().Script("while read line; do echo $line; done < /tmp/questions > /tmp/answers");
            foreach (var name in (ReadOnlySpan<string>)["questions", "answers"])
            {
                RuntimeUnderTest.Execute("/usr/bin/mkfifo", $"{Container.Rootfs}/tmp/{name}").ShouldSucceed();
            }

            Container.RunDetached().ShouldSucceed();
            _questions = new FileStream($"{Container.Rootfs}/tmp/questions", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1);
            _answers = new StreamReader(new FileStream($"{Container.Rootfs}/tmp/answers", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1));
        }

        public TestContainer Container { get; }

        /// <summary>How long answers took, the shortest first.</summary>
        public TimeSpan[] Measure()
        {
            var times = new TimeSpan[Rounds];
            foreach (ref var time in times.AsSpan())
            {
                var clock = Stopwatch.StartNew();
                _questions.Write("x\n"u8);
                Assert.Equal("x", _answers.ReadLine());
                time = clock.Elapsed;
                Thread.Sleep(2);
            }

            Array.Sort(times);
            return times;
        }

        public void Dispose()
        {
            _questions.Dispose();
            Container.Dispose();
            _answers.Dispose();
        }
    }
}
