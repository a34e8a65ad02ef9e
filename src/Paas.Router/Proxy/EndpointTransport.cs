using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Paas.Router.Proxy;

/// <summary>The connections to one endpoint: HTTP/1.1 over TCP or a Unix socket, kept for the next request.</summary>
internal sealed class EndpointTransport : IDisposable
{
    /// <summary>What requests are addressed to: the transport has one place to connect to, and <c>Host</c> is the visitor's.</summary>
    public const string Prefix = "http://endpoint";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    // Node.js and uvicorn close idle connections after 5 s. Closing first spares a POST the race that it could not be repeated after.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(2);

    private readonly EndPoint endPoint;
    private readonly ConditionalWeakTable<HttpRequestMessage, object> connectTimes = [];
    private int connected;

    public EndpointTransport(EndPoint endPoint)
    {
        this.endPoint = endPoint;
        Invoker = new StreamingInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                ActivityHeadersPropagator = null,
                RequestHeaderEncodingSelector = WriteOnce,
                ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
                ConnectTimeout = Timeout.InfiniteTimeSpan,
                PooledConnectionIdleTimeout = IdleTimeout,
                PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
                ConnectCallback = ConnectAsync,
            });
    }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Milliseconds a request waited for its connection to be made; 0 when it found one.</summary>
    public long ConnectMilliseconds(HttpRequestMessage request) =>
        Volatile.Read(ref connected) != 0 && connectTimes.TryGetValue(request, out var milliseconds) ? (long)milliseconds : 0;

    public void Dispose() => Invoker.Dispose();

    // The handler itself sends a request again, up to three times and whatever its method, when a connection ends without an answer;
    // there is no setting against it. It asks for the encoding of each header whenever it writes a request to a connection.
    private static Encoding WriteOnce(string header, HttpRequestMessage request)
    {
        if (header.Equals(RequestId.Header, StringComparison.OrdinalIgnoreCase)) Visit.Of(request)?.BeginWriting();
        return Encoding.Latin1;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var unix = endPoint is UnixDomainSocketEndPoint;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(ConnectTimeout);
        try
        {
            if (!unix) socket.NoDelay = true;
            await socket.ConnectAsync(endPoint, patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            socket.Dispose();
            throw new ConnectException(SocketError.TimedOut, inner: null);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new ConnectException(error.SocketErrorCode, error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        connectTimes.AddOrUpdate(context.InitialRequestMessage, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        Volatile.Write(ref connected, 1);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

/// <summary>No connection to an endpoint. Nothing of the request was sent, so that it may go elsewhere, unless it had got one before.</summary>
internal sealed class ConnectException(SocketError error, Exception? inner) : IOException($"connect: {error}", inner)
{
    public SocketError Error { get; } = error;

    /// <summary>The failure to connect behind a failed request, or null when it failed later.</summary>
    public static ConnectException? Of(Exception? exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is ConnectException connect) return connect;
        }

        return null;
    }
}

/// <summary>A request that was written to one connection was about to be written to another.</summary>
internal sealed class RepeatedException() : IOException("the connection ended before the answer");
