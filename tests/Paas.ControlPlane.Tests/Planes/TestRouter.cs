using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Paas.Contracts.Routing;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>A router that keeps its table and answers on its control socket, and routes nothing.</summary>
internal sealed class TestRouter : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestRouter(WebApplication app) => _app = app;

    internal RouterSnapshot Snapshot { get; private set; } = new(0, []);

    /// <summary>Every table it ever took.</summary>
    internal ConcurrentQueue<RouterSnapshot> Taken { get; } = new();

    /// <summary>Requests under way by address.</summary>
    internal ConcurrentDictionary<string, int> Loads { get; } = new();

    internal static async Task<TestRouter> StartAsync(string socket, RouterSnapshot? persisted = null)
    {
        File.Delete(socket);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        var app = builder.Build();
        var router = new TestRouter(app) { Snapshot = persisted ?? new RouterSnapshot(0, []) };
        app.MapPut("/snapshot", router.PutAsync);
        app.MapGet("/status", () => Results.Json(new RouterAck(router.Snapshot.Generation), RoutingJsonContext.Default.RouterAck));
        app.MapGet("/inflight", () => Results.Json(
            [.. router.Loads.Select(load => new EndpointLoad(load.Key, load.Value))], RoutingJsonContext.Default.IReadOnlyListEndpointLoad));
        await app.StartAsync();
        return router;
    }

    internal RoutedApp? App(string name) => Snapshot.Apps.SingleOrDefault(app => app.Name == name);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private async Task<IResult> PutAsync(HttpRequest request)
    {
        var snapshot = (await request.ReadFromJsonAsync(RoutingJsonContext.Default.RouterSnapshot))!;
        var older = snapshot.Generation < Snapshot.Generation;
        if (!older)
        {
            Snapshot = snapshot;
            Taken.Enqueue(snapshot);
        }

        return Results.Json(new RouterAck(Snapshot.Generation), RoutingJsonContext.Default.RouterAck, statusCode: older ? 409 : 200);
    }
}
