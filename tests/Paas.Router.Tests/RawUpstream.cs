using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Paas.Router.Tests;

/// <summary>An app's instance that is no web server: it sees each request's head byte for byte and does what a test wants.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentQueue<string> heads = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    /// <param name="act">Given the connection and the head of a request, as Latin-1; the connection is closed when it is through.</param>
    /// <param name="receiveBuffer">Bytes that the kernel takes for it while it reads nothing.</param>
    public RawUpstream(Func<Socket, string, CancellationToken, Task> act, int? receiveBuffer = null)
    {
        if (receiveBuffer is { } bytes) listening.ReceiveBufferSize = bytes;
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        Address = listening.LocalEndPoint!.ToString()!;
        accepting = AcceptAsync(act);
    }

    public string Address { get; }

    /// <summary>The heads of all requests so far.</summary>
    public IReadOnlyList<string> Heads => [.. heads];

    /// <summary>One that gives every request the same answer, bytes as they are, and closes.</summary>
    public static RawUpstream Answering(string answer) =>
        new(async (socket, _, ct) => await socket.SendAsync(Encoding.Latin1.GetBytes(answer), ct));

    /// <summary>One that reads a request and closes its side without a word, as a server that is killed does.</summary>
    public static RawUpstream Closing() => new((_, _, _) => Task.CompletedTask);

    /// <summary>Takes no more connections; those there are stay.</summary>
    public void StopListening() => listening.Dispose();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listening.Dispose();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync(Func<Socket, string, CancellationToken, Task> act)
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await listening.AcceptAsync(stopping.Token), act));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket, Func<Socket, string, CancellationToken, Task> act)
    {
        using (socket)
        {
            try
            {
                var head = new StringBuilder();
                var one = new byte[1];
                while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    if (await socket.ReceiveAsync(one, stopping.Token) == 0) return;
                    head.Append((char)one[0]);
                }

                heads.Enqueue(head.ToString());
                await act(socket, head.ToString(), stopping.Token);
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                // The router has hung up, or the test is over.
            }
        }
    }
}
