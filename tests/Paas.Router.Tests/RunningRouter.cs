using System.Collections.Concurrent;
using Paas.Contracts.Routing;

namespace Paas.Router.Tests;

/// <summary>A router that several tests share, each with apps of its own.</summary>
public sealed class RunningRouter : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, RoutedApp> apps = [];
    private readonly SemaphoreSlim putting = new(1);
    private long generation;

    public RouterProcess Process { get; } = new();

    public async Task InitializeAsync() => await Process.StartAsync("--answer-timeout", "2");

    public async Task DisposeAsync()
    {
        await Process.DisposeAsync();
        putting.Dispose();
    }

    /// <summary>Routes <c>{app}.test</c> to addresses, named web.1, web.2, …</summary>
    public Task RouteAsync(string app, params string[] addresses) => RouteAsync(new RoutedApp(
        app, [$"{app}.test"], [.. addresses.Select((address, i) => new RoutedEndpoint($"web.{i + 1}", "web", address))]));

    public async Task RouteAsync(RoutedApp app)
    {
        await putting.WaitAsync();
        try
        {
            apps[app.Name] = app;
            await Process.ApplyAsync(new RouterSnapshot(++generation, [.. apps.Values]));
        }
        finally
        {
            putting.Release();
        }
    }
}
