using System.Net;
using System.Net.Sockets;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Health;

/// <summary>
/// Whether an instance does its work. A web process has to accept a TCP connection on its port in time and is healthy at once when it
/// does; any other process has to stay up for a moment. docs/decisions/0011. Startup checks of <c>app.json</c> take its place.
/// </summary>
internal sealed class InstanceCheck(ControlPlaneOptions options, StartupChecks startup, TimeProvider time)
{
    // A start takes a moment, and every pause in it is one that a push waits: a connection that is refused costs next to nothing.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Eager = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);

    /// <summary>Least time for a process that has been up for long already, as after a restart of paasd.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(5);

    /// <summary>Runs the check to its end; the caller cancels it when the process ends.</summary>
    /// <returns>Null where it passed, else what is wrong.</returns>
    internal async Task<string?> RunAsync(Instance instance, string? address, DateTimeOffset start, CancellationToken ct)
    {
        if (startup.Of(instance) is { Count: > 0 } own)
            return await startup.RunAsync(instance, own, start, ct) is { } problem ? $"its startup check failed: {problem}" : null;
        if (instance.Type == Formations.Web && address is not null) return await AcceptsAsync(IPEndPoint.Parse(address), start, ct);
        var rest = start + options.UptimeCheck - time.GetUtcNow();
        if (rest > TimeSpan.Zero) await Task.Delay(rest, time, ct);
        return null;
    }

    private async Task<string?> AcceptsAsync(IPEndPoint endpoint, DateTimeOffset start, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var byStart = start + options.CheckTimeout;
        var deadline = byStart > now + LeastTime ? byStart : now + (LeastTime < options.CheckTimeout ? LeastTime : options.CheckTimeout);
        for (var pause = FirstPause; ; pause = time.GetUtcNow() - now < Eager ? FirstPause : pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause)
        {
            if (await ConnectsAsync(endpoint, ct)) return null;
            if (time.GetUtcNow() + pause >= deadline)
                return $"nothing accepted a connection on port {endpoint.Port} within {options.CheckTimeout.TotalSeconds:0.#} s";
            await Task.Delay(pause, time, ct);
        }
    }

    private static async Task<bool> ConnectsAsync(IPEndPoint endpoint, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(ConnectPatience);
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, limit.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
