using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Paas.Contracts.Routing;

namespace Paas.ControlPlane.Discovery;

/// <summary>The router's control socket. Every call throws <see cref="HttpRequestException"/> or <see cref="TimeoutException"/> where the router is away.</summary>
internal sealed class RouterClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    internal RouterClient(string socket)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            ConnectCallback = async (_, ct) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://router/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Gives the router a table.</summary>
    /// <returns>The generation it serves now: the table's, or a newer one when it refused this as old.</returns>
    internal Task<long> PutAsync(RouterSnapshot snapshot, CancellationToken ct) => WithPatienceAsync(async token =>
    {
        using var response = await _http.PutAsJsonAsync("snapshot", snapshot, RoutingJsonContext.Default.RouterSnapshot, token);
        if (response.StatusCode != HttpStatusCode.Conflict) await EnsureSuccessAsync(response, token);
        return await GenerationAsync(response, token);
    }, ct);

    /// <summary>The generation it serves.</summary>
    internal Task<long> StatusAsync(CancellationToken ct) => WithPatienceAsync(async token =>
    {
        using var response = await _http.GetAsync("status", token);
        await EnsureSuccessAsync(response, token);
        return await GenerationAsync(response, token);
    }, ct);

    /// <summary>Requests under way by address; an address that is not in it has none.</summary>
    internal Task<IReadOnlyDictionary<string, int>> InFlightAsync(CancellationToken ct) => WithPatienceAsync<IReadOnlyDictionary<string, int>>(async token =>
    {
        var loads = await _http.GetFromJsonAsync("inflight", RoutingJsonContext.Default.IReadOnlyListEndpointLoad, token);
        return (loads ?? []).GroupBy(load => load.Address).ToDictionary(group => group.Key, group => group.Sum(load => load.Requests));
    }, ct);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task<long> GenerationAsync(HttpResponseMessage response, CancellationToken ct) =>
        (await response.Content.ReadFromJsonAsync(RoutingJsonContext.Default.RouterAck, ct))?.Generation
        ?? throw new HttpRequestException("the router answered without a generation");

    private static async Task EnsureSuccessAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode) return;
        var body = await response.Content.ReadAsStringAsync(ct);
        throw new HttpRequestException($"the router answered {(int)response.StatusCode}: {body[..Math.Min(body.Length, 500)]}", null, response.StatusCode);
    }

    private static async Task<T> WithPatienceAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            return await call(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"the router did not answer within {Patience.TotalSeconds:0} s");
        }
    }
}
