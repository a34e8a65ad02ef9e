using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using Paas.Build.Dockerfiles.Running;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Builds;

/// <summary>
/// The agents of a build's caller: what programs ask goes to it with the build's output, and comes back in requests of their own. The
/// keys stay where they are. Thread-safe.
/// </summary>
internal sealed class AgentRelay(ChannelWriter<ImageBuildEvent> events)
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<byte[]?>> _waiting = new();
    private int _conversations;

    /// <summary>Names the build to its caller, and to nobody else.</summary>
    public string Build { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Begins a conversation with one of the agents.</summary>
    public IAgentConnection Connect(string agent) => new Conversation(this, agent, Interlocked.Increment(ref _conversations));

    /// <summary>Takes an answer.</summary>
    /// <exception cref="PaasException">NotFound: nothing waits for it. InvalidRequest: it is not in base64.</exception>
    public void Answer(AgentAnswer answer)
    {
        if (!_waiting.TryRemove(answer.Conversation, out var waiting)) throw new PaasException(ErrorCode.NotFound, $"nothing waits for an answer of the conversation {answer.Conversation}");
        try
        {
            waiting.TrySetResult(answer.Message is { } text ? Convert.FromBase64String(text) : null);
        }
        catch (FormatException error)
        {
            waiting.TrySetResult(null);
            throw new PaasException(ErrorCode.InvalidRequest, "the answer of the agent is not in base64", inner: error);
        }
    }

    private sealed class Conversation(AgentRelay relay, string agent, int number) : IAgentConnection
    {
        public async Task<byte[]?> AskAsync(byte[] request, CancellationToken ct)
        {
            var answer = new TaskCompletionSource<byte[]?>(TaskCreationOptions.RunContinuationsAsynchronously);
            relay._waiting[number] = answer;
            Send(Convert.ToBase64String(request));
            return await answer.Task.WaitAsync(ct);
        }

        public ValueTask DisposeAsync()
        {
            relay._waiting.TryRemove(number, out _);
            Send(null);
            return ValueTask.CompletedTask;
        }

        private void Send(string? message) => relay.Write(new AgentMessage(relay.Build, agent, number, message));
    }

    private void Write(AgentMessage message) => events.TryWrite(new ImageBuildEvent(null, null, message));
}
