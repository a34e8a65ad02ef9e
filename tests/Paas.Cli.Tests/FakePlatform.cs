using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Paas.Testing;

namespace Paas.Cli.Tests;

/// <summary>The other end of the socket, where a test decides what goes wrong on the wire.</summary>
internal sealed class FakePlatform : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private WebApplication? _app;

    public string Socket => _directory.Combine("paasd.sock");

    public string Home => _directory.Path;

    public async Task StartAsync(RequestDelegate handle)
    {
        File.Delete(Socket);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(handle);
        await _app.StartAsync();
    }

    public async Task StopAsync()
    {
        if (_app is null) return;
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>The real program, talking to this.</summary>
    public Command Paas(params IReadOnlyList<string> arguments) => new(Programs.Paas, arguments)
    {
        Directory = Home,
        Timeout = TimeSpan.FromSeconds(60),
        Environment = new Dictionary<string, string?> { ["PAAS_SOCKET"] = Socket, ["HOME"] = Home, ["XDG_CONFIG_HOME"] = null, ["PAAS_URL"] = null, ["PAAS_APP"] = null },
    };

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }
}
