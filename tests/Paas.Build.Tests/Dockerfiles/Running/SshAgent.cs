using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using Paas.Build.Dockerfiles.Running;
using Paas.Testing;

namespace Paas.Build.Tests.Dockerfiles.Running;

/// <summary>OpenSSH's agent with one key.</summary>
internal sealed class SshAgent : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;
    private int _open;

    private SshAgent() => _process = new Command("ssh-agent", "-D", "-a", Socket).Start();

    /// <summary>Conversations that were begun and not ended.</summary>
    public int Open => _open;

    private string Socket => _directory.Combine("socket");

    /// <param name="comment">Of the key.</param>
    public static async Task<SshAgent> StartAsync(string comment)
    {
        var agent = new SshAgent();
        var key = agent._directory.Combine("key");
        (await new Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", key).RunAsync()).Succeeded();
        await Eventually.TrueAsync("the agent listens", Patience.OfSeconds(20), () => Task.FromResult(File.Exists(agent.Socket)));
        (await new Command("ssh-add", "-q", key) { Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.Socket } }.RunAsync()).Succeeded();
        return agent;
    }

    public IAgentConnection Connect() => new Connection(this);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Dispose();
    }

    private sealed class Connection : IAgentConnection
    {
        private readonly SshAgent _agent;
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        public Connection(SshAgent agent)
        {
            _agent = agent;
            _socket.Connect(new UnixDomainSocketEndPoint(agent.Socket));
            Interlocked.Increment(ref agent._open);
        }

        public async Task<byte[]?> AskAsync(byte[] request, CancellationToken ct)
        {
            await using var stream = new NetworkStream(_socket);
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, request.Length);
            await stream.WriteAsync(length, ct);
            await stream.WriteAsync(request, ct);
            await stream.ReadExactlyAsync(length, ct);
            var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await stream.ReadExactlyAsync(answer, ct);
            return answer;
        }

        public ValueTask DisposeAsync()
        {
            Interlocked.Decrement(ref _agent._open);
            _socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
