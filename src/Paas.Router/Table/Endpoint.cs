using System.Net;
using Paas.Router.Proxy;

namespace Paas.Router.Table;

/// <summary>
/// A listening instance and what the router knows of it. It outlives the tables that name it while requests to it are under way, so
/// that its load can be reported and its connections closed when it is idle.
/// </summary>
internal sealed class Endpoint(EndpointKey key, EndPoint endPoint) : IDisposable
{
    // An endpoint that refused a connection is passed over so long, unless it is the only one.
    private const long SuspectMilliseconds = 2_000;

    private EndpointTransport? transport;
    private int requests;
    private volatile bool retired;
    private bool disposed;
    private long suspectUntil;

    public EndpointKey Key { get; } = key;

    public string Name => Key.Name;

    /// <summary>Requests and upgraded connections under way.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>Whether it has failed to take a connection just now.</summary>
    public bool IsSuspect => Environment.TickCount64 < Volatile.Read(ref suspectUntil);

    /// <summary>The connections to it. Only between <see cref="TryEnter"/> and <see cref="Leave"/>.</summary>
    public EndpointTransport Transport
    {
        get
        {
            var current = Volatile.Read(ref transport);
            if (current is not null) return current;
            lock (this)
            {
                ObjectDisposedException.ThrowIf(disposed, this);
                return transport ??= new EndpointTransport(endPoint);
            }
        }
    }

    /// <summary>Counts a request in. False when the endpoint has left the table meanwhile: look in the current one.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref requests);
        if (!retired) return true;
        Leave();
        return false;
    }

    /// <summary>Counts a request out.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref requests) == 0 && retired) Dispose();
    }

    /// <summary>No table names it any more: no request enters from now on, and its connections close once it is idle.</summary>
    public void Retire()
    {
        retired = true;
        if (Requests == 0) Dispose();
    }

    /// <summary>It refused a connection: prefer others for a moment.</summary>
    public void Suspect() => Volatile.Write(ref suspectUntil, Environment.TickCount64 + SuspectMilliseconds);

    /// <summary>It answered.</summary>
    public void Trust()
    {
        if (Volatile.Read(ref suspectUntil) != 0) Volatile.Write(ref suspectUntil, 0);
    }

    public void Dispose()
    {
        lock (this)
        {
            disposed = true;
            transport?.Dispose();
        }
    }
}

/// <summary>
/// What makes an endpoint the same one in the next snapshot. App and instance belong to it because addresses are used again: a
/// connection kept for one app must never carry a request of another.
/// </summary>
internal readonly record struct EndpointKey(string App, string Name, string Address);
