using System.Text.Json;
using Paas.Contracts.Supervision;
using Paas.Testing;

namespace Paas.Runtime.FunctionalTests.Supervise;

/// <summary>A supervisor of today among programs of other versions.</summary>
[Collection(nameof(SuperviseHost))]
public sealed class ProtocolTests(SuperviseHost host)
{
    private const string Script = "trap 'exit 3' TERM; trap 'exit 4' USR1; while :; do sleep 1000 & wait; done";

    // What a client of version 1 asked and what its supervisor said, as they did it.
    private static readonly string Recording = Path.Combine(Repository.Root, "tests", "Paas.Node.Tests", "Supervision", "version-1.conversation");

    [RootFact]
    public void A_client_of_version_1_finds_everything_where_it_was()
    {
        using var bundle = new SupervisedBundle(host, Script, new RestartPolicy(RestartMode.Always, 50, 400));
        bundle.Start();
        using var client = bundle.Connect();
        foreach (var line in File.ReadLines(Recording))
        {
            if (line.StartsWith("> ", StringComparison.Ordinal))
            {
                // Not before the shell has set its traps.
                if (line.Contains("SIGUSR1", StringComparison.Ordinal) || line.Contains("stop", StringComparison.Ordinal)) Thread.Sleep(500);
                client.Say(line[2..]);
            }
            else if (line.Length > 2)
            {
                var answer = client.NextLine()!;
                using var then = JsonDocument.Parse(line[2..]);
                using var now = JsonDocument.Parse(answer);
                AssertHasAll(then.RootElement, now.RootElement, line);
            }
            else
            {
                Assert.Null(client.NextLine());
            }
        }
    }

    [RootFact]
    public void Fields_and_operations_of_a_later_version_do_no_harm()
    {
        using var bundle = new SupervisedBundle(host, Script);
        bundle.Start();
        using var client = bundle.Connect();
        client.Say("""{"version":99,"operation":"state","later":{"a":[1,2]},"size":{"rows":1,"columns":2,"depth":3}}""");
        var state = client.Next()!.State!;
        Assert.Equal((SupervisorProtocol.Current, SupervisedStatus.Running), (state.Protocol, state.Status));
        Assert.Matches(@"^\d+\.\d+\.\d+$", state.Program);
        client.Say("""{"version":99,"operation":"teleport"}""");
        Assert.Equal("there is no operation teleport", client.Next()!.Error);
    }

    [RootTheory]
    [InlineData(1, null)]
    [InlineData(2, null)]
    [InlineData(3, "supervise.json has version 3; this program knows versions 1 to 2")]
    public void Documents_up_to_this_version_are_read_and_later_ones_refused(int version, string? complaint)
    {
        using var bundle = new SupervisedBundle(host, Script);
        bundle.Configure(document => document with { Version = version });
        var (status, error) = bundle.TryStart();
        Assert.Equal(complaint is null ? 0 : 1, status);
        Assert.Contains(complaint ?? "", error, StringComparison.Ordinal);
    }

    // Every member that was there is there, and of the same kind; numbers and times are another run's.
    private static void AssertHasAll(JsonElement then, JsonElement now, string line)
    {
        Assert.Equal(then.ValueKind, now.ValueKind);
        if (then.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in then.EnumerateObject())
            {
                Assert.True(now.TryGetProperty(member.Name, out var still), $"{member.Name} is missing in the answer to {line}");
                if (member.Name is "status" or "exitCode" or "outOfMemory" or "restarts") Assert.Equal(member.Value.ToString(), still.ToString());
                if (member.Name != "labels") AssertHasAll(member.Value, still, line);
            }
        }
        else if (then.ValueKind == JsonValueKind.Array)
        {
            Assert.Equal(then.GetArrayLength(), now.GetArrayLength());
            foreach (var (one, other) in then.EnumerateArray().Zip(now.EnumerateArray())) AssertHasAll(one, other, line);
        }
    }
}
