namespace Paas.Build.Dockerfiles.Running;

/// <summary>Begins a conversation with an agent that has SSH keys.</summary>
public delegate IAgentConnection ConnectAgent();

/// <summary>
/// One conversation with an agent (draft-ietf-sshm-ssh-agent, "Protocol Overview"): each request gets one answer, in turn. What a
/// conversation was told, such as the session it serves, holds for that conversation only.
/// </summary>
public interface IAgentConnection : IAsyncDisposable
{
    /// <summary>The agent's answer, without its length; null once the agent is gone.</summary>
    /// <param name="request">One message, without its length.</param>
    /// <param name="ct">Cancels.</param>
    Task<byte[]?> AskAsync(byte[] request, CancellationToken ct);
}
