using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>
/// config.json comes from anybody. Whatever is in it, the runtime makes the container or says in a line why not; it never crashes, hangs or leaves
/// anything half-made. It runs in a mount namespace of its own here, so that a configuration that came out wrong could do nothing to the host.
/// </summary>
public sealed class ConfigFuzzTests
{
    private static readonly int Runs = Environment.GetEnvironmentVariable("PAAS_SOAK") is { Length: > 0 } ? 20_000 : 150;

    [OwnRootFact]
    public void Spoilt_configurations_run_or_are_refused_and_leave_nothing()
    {
        using var container = new TestContainer();
        container.Linux["seccomp"] = JsonNode.Parse("""{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["chmod"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}]}""");
        container.Linux["sysctl"] = new JsonObject { ["net.ipv4.ip_forward"] = "1" };
        container.Config["annotations"] = new JsonObject { ["a"] = "b" };
        var original = container.Config.ToJsonString();
        var (made, refused) = (0, 0);
        for (var seed = 0; seed < Runs; seed++)
        {
            var outcome = Run(container, JsonMutation.Mutate(original, seed), $"seed {seed}");
            if (outcome.ExitCode == 0) made++;
            else refused++;
        }

        Assert.True(made > Runs / 10 && refused > Runs / 5, $"{made} made, {refused} refused");
    }

    [OwnRootFact]
    public void Huge_configurations_are_made_or_refused_in_time()
    {
        using var container = new TestContainer();
        var original = container.Config.ToJsonString();
        foreach (var (what, change) in Huge)
        {
            var config = (JsonObject)JsonNode.Parse(original)!;
            change(config);
            Run(container, Encoding.UTF8.GetBytes(config.ToJsonString()), what);
        }
    }

    private static readonly (string What, Action<JsonObject> Change)[] Huge =
    [
        ("100,000 arguments", config => config["process"]!["args"] = Many(100_000, "x", "/bin/true")),
        ("100,000 variables", config => config["process"]!["env"] = Many(100_000, "A=1")),
        ("100,000 groups", config => config["process"]!["user"]!["additionalGids"] = new JsonArray([.. Enumerable.Range(0, 100_000).Select(id => JsonValue.Create(id))])),
        ("100,000 masked paths", config => config["linux"]!["maskedPaths"] = Many(100_000, "/nowhere")),
        ("100,000 names in a filter", config => config["linux"]!["seccomp"] = new JsonObject
        {
            ["defaultAction"] = "SCMP_ACT_ALLOW", ["syscalls"] = new JsonArray(new JsonObject { ["names"] = Many(100_000, "chmod"), ["action"] = "SCMP_ACT_ERRNO" }),
        }),
        ("100,000 mounts", config => config["mounts"] = new JsonArray(
            [.. Enumerable.Range(0, 100_000).Select(_ => new JsonObject { ["destination"] = "/tmp", ["type"] = "tmpfs", ["source"] = "tmpfs" })])),
        ("500,000 devices", config => config["linux"]!["devices"] = new JsonArray(
            [.. Enumerable.Range(0, 500_000).Select(_ => new JsonObject { ["path"] = "/a", ["type"] = "c" })])),
        ("500,000 hooks", config => config["hooks"] = new JsonObject { ["poststop"] = new JsonArray([.. Enumerable.Range(0, 500_000).Select(_ => new JsonObject { ["path"] = "a" })]) }),
        ("a text of 50 MB", config => config["hostname"] = new string('x', 50_000_000)),
        ("an unknown member of 10 MB", config => config["unknown"] = new string('x', 10_000_000)),
        ("a million annotations", config => config["annotations"] = new JsonObject(Enumerable.Range(0, 1_000_000).Select(i => KeyValuePair.Create($"{i}", (JsonNode?)JsonValue.Create("x"))))),
    ];

    private static JsonArray Many(int count, string item, string? first = null) =>
        [.. Enumerable.Range(0, count).Select(i => JsonValue.Create(i == 0 ? first ?? item : item))];

    private static Outcome Run(TestContainer container, byte[] config, string what)
    {
        File.WriteAllBytes(System.IO.Path.Combine(container.Bundle, "config.json"), config);
        var clock = Stopwatch.StartNew();
        var outcome = RuntimeUnderTest.Execute(
            "unshare", "--mount", "--propagation", "private", "timeout", "--signal=KILL", "60",
            RuntimeUnderTest.Program, "--root", container.Root, "run", "--bundle", container.Bundle, container.Id);
        // A busy machine is slow, but a hang lasts longer.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(50), $"{what}: {clock.Elapsed}");
        Assert.True(outcome.ExitCode is >= 0 and < 128 or 255, $"{what}: exit code {outcome.ExitCode}\n{outcome.Error}");
        if (outcome.ExitCode != 0 && outcome.Error.Length > 0) CheckMessage(outcome.Error, what);
        Assert.False(Directory.Exists(System.IO.Path.Combine(container.Root, container.Id)), $"{what} leaves its state: {outcome.Error}");
        Assert.Empty(container.Cgroups());
        return outcome;
    }

    private static void CheckMessage(string error, string what)
    {
        Assert.DoesNotContain("Unhandled", error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        // The container's own program may complain as well; what the runtime says is a line of its log.
        Assert.True(error.Split('\n').Count(line => line.Contains("level=error", StringComparison.Ordinal)) <= 1, $"{what}: {error}");
    }
}
