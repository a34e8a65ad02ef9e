using System.Buffers.Binary;
using System.Net.Sockets;
using Paas.Linux;

namespace Paas.Build.Dockerfiles.Running;

/// <summary>The socket of an agent in a <c>RUN</c>: whoever connects to it speaks to the agent, wherever that is.</summary>
internal sealed class AgentSocket : IDisposable
{
    /// <summary>Most bytes of one message, as OpenSSH's agent has it.</summary>
    private const int LargestMessage = 256 * 1024;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConnectAgent _connect;

    /// <param name="directory">For the socket; exists.</param>
    /// <param name="name">Of the socket.</param>
    /// <param name="connect">Begins a conversation.</param>
    public AgentSocket(string directory, string name, ConnectAgent connect)
    {
        _connect = connect;
        // An address holds 107 bytes, and a build's directory may be deeper than that.
        using var opened = Files.Open(directory, Native.O_PATH | Native.O_DIRECTORY);
        _listener.Bind(new UnixDomainSocketEndPoint($"/proc/self/fd/{opened.DangerousGetHandle()}/{name}"));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _ended.Cancel();
        _listener.Dispose();
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        var ended = _ended.Token;
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptAsync(ended), ended);
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The step is over.
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken ended)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            await using var agent = _connect();
            var length = new byte[sizeof(int)];
            while (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, ended) == length.Length)
            {
                var size = BinaryPrimitives.ReadUInt32BigEndian(length);
                if (size is 0 or > LargestMessage) return;
                var request = new byte[size];
                await stream.ReadExactlyAsync(request, ended);
                if (await agent.AskAsync(request, ended) is not { } answer) return;
                var framed = new byte[sizeof(int) + answer.Length];
                BinaryPrimitives.WriteInt32BigEndian(framed, answer.Length);
                answer.CopyTo(framed, sizeof(int));
                await stream.WriteAsync(framed, ended);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The program went without a word, or the step is over.
        }
    }
}
