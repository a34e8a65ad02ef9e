using System.Diagnostics;
using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Paas.Runtime.FunctionalTests;

/// <summary>
/// A <c>create</c> that is killed at any moment: <c>delete --force</c> removes whatever it had made, and the id can be used again.
/// </summary>
public sealed class KilledCreateTests(ITestOutputHelper output)
{
    private static int Rounds => Environment.GetEnvironmentVariable("PAAS_SOAK") == "1" ? 500 : 40;

    [OlderRuntimesFailFact("runc 1.1 leaves processes and control groups that no state file names")]
    public void Nothing_is_left_of_it()
    {
        using var container = new TestContainer().Script("exec sleep 1000");
        container.Linux["resources"] = JsonNode.Parse("""{"memory": {"limit": 67108864}, "pids": {"limit": 64}, "cpu": {"cpus": "0"}}""");
        ((JsonArray)container.Linux["namespaces"]!).Add(new JsonObject { ["type"] = "cgroup" });
        container.Mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro");
        container.WriteConfig();
        var longest = TimeOf(container);
        var random = new Random(20_260_101);
        var (early, late) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var moment = longest * random.NextDouble();
            var finished = CreateAndKill(container, moment);
            if (finished) late++;
            else if (!Directory.Exists(Path.Combine(container.Root, container.Id))) early++;
            RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
            AssertNothingLeft(container, $"round {round}, killed after {moment.TotalMilliseconds:F1} ms");
        }

        output.WriteLine($"{Rounds} rounds up to {longest.TotalMilliseconds:F0} ms: {early} before anything was made, {late} after the end");
        Assert.InRange(early + late, 0, Rounds * 3 / 4);
        container.Create().ShouldSucceed();
    }

    // How long one takes when nobody disturbs it, with a little more, so that some rounds are killed after the end. On a busy machine most take
    // longer than they need.
    private static TimeSpan TimeOf(TestContainer container)
    {
        var shortest = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var clock = Stopwatch.StartNew();
            container.Create().ShouldSucceed();
            shortest = clock.Elapsed < shortest ? clock.Elapsed : shortest;
            RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
        }

        return shortest * 1.2;
    }

    // True when it was faster than its killer.
    private static bool CreateAndKill(TestContainer container, TimeSpan moment)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        var log = container.Path("create.log");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec '{RuntimeUnderTest.Program}' --root '{container.Root}' create --bundle '{container.Bundle}' {container.Id} > '{log}' 2>&1 < /dev/null");
        using var create = Process.Start(start)!;
        var finished = create.WaitForExit(moment);
        create.Kill();
        create.WaitForExit();
        return finished;
    }

    private static void AssertNothingLeft(TestContainer container, string when)
    {
        Assert.True(container.Cgroups().Count == 0, $"{when}: control groups {string.Join(' ', container.Cgroups())}");
        Assert.False(Directory.Exists(Path.Combine(container.Root, container.Id)), $"{when}: state");
        Assert.True(container.HostMounts().Count == 0, $"{when}: mounts");
        // One that was not in any group yet ends by itself, a moment after its parent.
        TestContainer.Eventually(() => ProcessesOf(container).Count == 0, $"{when}: processes {string.Join(' ', ProcessesOf(container))} end");
    }

    private static List<string> ProcessesOf(TestContainer container) => [.. Directory
        .EnumerateDirectories("/proc").Where(directory => char.IsAsciiDigit(Path.GetFileName(directory)[0])).Where(directory => Mentions(directory, container.Id))];

    private static bool Mentions(string directory, string id)
    {
        try
        {
            return File.ReadAllText(directory + "/cmdline").Contains(id, StringComparison.Ordinal) || File.ReadAllText(directory + "/cgroup").Contains(id, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
