using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Paas.Contracts.Api;
using Paas.ControlPlane.Access;
using Paas.ControlPlane.Access.Ssh;
using Paas.ControlPlane.Git;
using Paas.ControlPlane.Registry;
using Paas.ControlPlane.Store;
using Paas.Daemon.Hosting;
using Paas.Testing;

namespace Paas.Daemon.Tests;

/// <summary>paasd's whole HTTP side on a real socket, with real tokens and repositories, on a <see cref="ScriptedPlatform"/>.</summary>
internal sealed class TestDaemon : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly WebApplication _app;

    private TestDaemon(Action<IServiceCollection>? more, long maxSource, long diskReserve)
    {
        Options = new DaemonOptions { Data = _directory.Combine("data"), Run = _directory.Combine("run"), Programs = Testing.Programs.Root, MaxSourceBytes = maxSource, SshPort = 0 };
        SocketFile.Clear(Options.Socket);
        _app = DaemonHost.Build(Options, services =>
        {
            var options = Options.ForControlPlane() with { DiskReserveBytes = diskReserve };
            services.AddSingleton(options);
            services.AddSingleton(TimeProvider.System);
            services.AddSingleton(_ => new Database(Path.Combine(Options.Data, "paas.db")));
            services.AddAccess();
            services.AddRegistry(options);
            services.AddSshKeys();
            services.AddSingleton<GitRepositories>().AddSingleton<IGit>(provider => new ScriptedGit(options, provider.GetRequiredService<GitRepositories>(), Platform));
            services.AddSingleton<IPlatform>(Platform).AddSingleton<IBuildpacks, ScriptedBuildpacks>();
            services.AddSingleton<ILoggerProvider>(new MemoryLog(Log));
            more?.Invoke(services);
        });
    }

    public DaemonOptions Options { get; }

    public ScriptedPlatform Platform { get; } = new();

    public ConcurrentQueue<string> Log { get; } = new();

    public GitRepositories Repositories => _app.Services.GetRequiredService<GitRepositories>();

    public string Token { get; private set; } = "";

    public IServiceProvider Services => _app.Services;

    public static async Task<TestDaemon> StartAsync(Action<IServiceCollection>? more = null, long maxSource = 1L << 30, long diskReserve = 0)
    {
        var daemon = new TestDaemon(more, maxSource, diskReserve);
        await daemon._app.StartAsync();
        SocketFile.Open(daemon.Options.Socket);
        daemon.Token = daemon._app.Services.GetRequiredService<TokenStore>().Create("test", null).Secret;
        return daemon;
    }

    /// <summary>A client of the socket. Like a visitor it comes under the platform's hostname, unless another is given.</summary>
    public HttpClient Client(string? token = null, string host = "paas.localhost")
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (_, ct) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Options.Socket), ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri($"http://{host}") };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        _directory.Dispose();
    }

    private sealed class MemoryLog(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

/// <summary>A TCP port before paasd's socket, as the router is: git and browsers speak TCP only.</summary>
internal sealed class TcpBridge : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _socket;
    private readonly Task _accepting;

    public TcpBridge(string socket)
    {
        _socket = socket;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task CarryAsync(Socket visitor)
    {
        using var daemon = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (visitor)
        {
            try
            {
                await daemon.ConnectAsync(new UnixDomainSocketEndPoint(_socket));
                await using var near = new NetworkStream(visitor);
                await using var far = new NetworkStream(daemon);
                await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                // One side went away; so does the other.
            }
        }
    }
}
