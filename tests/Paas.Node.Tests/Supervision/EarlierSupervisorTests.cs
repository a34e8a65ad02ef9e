using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Node.Supervision;
using Paas.Testing;

namespace Paas.Node.Tests.Supervision;

/// <summary>This node with a supervisor that was started before the programs were replaced by newer ones.</summary>
public sealed class EarlierSupervisorTests : IDisposable
{
    private static readonly string Recording = Path.Combine(Repository.Root, "tests", "Paas.Node.Tests", "Supervision", "version-1.conversation");

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordedSupervisor _supervisor;

    public EarlierSupervisorTests() => _supervisor = new RecordedSupervisor(Recording, Socket);

    private string Socket => _directory.Combine("s.sock");

    public void Dispose()
    {
        _supervisor.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Its_state_is_understood_and_it_is_known_to_be_of_version_1()
    {
        using var client = await SupervisorClient.ConnectAsync(Socket, CancellationToken.None);
        var state = (await client!.RequestAsync("state", null, CancellationToken.None))!.State!;
        Assert.Equal(("recorded", SupervisedStatus.Running, "hello"), (state.ContainerId, state.Status, state.Labels["app"]));
        Assert.Equal((SupervisorProtocol.First, null, 0, null), (state.Protocol, state.Program, state.FailuresInRow, state.NextStartAt));
    }

    [Fact]
    public async Task It_is_not_asked_for_what_it_cannot_do_and_the_person_is_told_what_helps()
    {
        var error = await Assert.ThrowsAsync<PaasException>(() => ExecConnection.StartAsync(Socket, new ExecRequest(["true"]), CancellationToken.None));
        Assert.Equal(ErrorCode.Conflict, error.Code);
        Assert.Contains("earlier version", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Restart the instance to get this", error.Hint, StringComparison.Ordinal);
        Assert.Equal(["state"], _supervisor.Asked);
    }

    [Fact]
    public async Task It_is_watched_and_stopped()
    {
        using var client = await SupervisorClient.ConnectAsync(Socket, CancellationToken.None);
        var seen = new List<SupervisedStatus>();
        await foreach (var state in client!.WatchAsync(CancellationToken.None))
        {
            seen.Add(state.Status);
            // Asked on another connection, as the node does; the recording closes the watch at its end.
            if (seen.Count == 1) break;
        }

        using var other = await SupervisorClient.ConnectAsync(Socket, CancellationToken.None);
        var first = await other!.RequestAsync("stop", TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.Equal(SupervisedStatus.Stopping, first!.State!.Status);
        Assert.Equal(["watch", "stop"], _supervisor.Asked);
    }
}
