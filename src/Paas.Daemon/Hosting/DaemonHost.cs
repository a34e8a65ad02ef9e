using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Console;
using Paas.Contracts.Transport;
using Paas.ControlPlane;
using Paas.Daemon.Authentication;
using Paas.Daemon.Commands;
using Paas.Daemon.Endpoints;
using Paas.Daemon.Errors;
using Paas.Daemon.Git;
using Paas.Daemon.Registry;
using Paas.Daemon.Ssh;
using Paas.Images;
using Paas.Web;

namespace Paas.Daemon.Hosting;

/// <summary>Puts paasd together: the control plane, the dashboard, and the HTTP server on the one Unix socket.</summary>
internal static partial class DaemonHost
{
    // Everything but sources, packs and a run's input is a small document.
    private const long MaxBodyBytes = 1L << 20;

    // The next blocks of a layer are read while the last are sent.
    private const long MaxResponseBuffer = 8 * BlockPool.BlockSize;

    // Less than what systemd gives before it kills.
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(15);

    public static async Task<int> RunAsync(DaemonOptions options)
    {
        using var directory = DataLock.Take(options.Data);
        SocketFile.Clear(options.Socket);
        await using var app = Build(options, services => services.AddControlPlane(options.ForControlPlane()));
        if (options.Dev) await StackBuild.BuildAsync(app.Services.GetRequiredService<ImageStore>(), options, CancellationToken.None);
        app.Lifetime.ApplicationStopping.Register(ServiceNotifier.Stopping);
        await app.StartAsync();
        SocketFile.Open(options.Socket);
        ServiceNotifier.Ready();
        Ready(app.Logger, DaemonVersion.Text, options.Socket, options.Url);
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>The whole of paasd, not started.</summary>
    /// <param name="options">What it was told.</param>
    /// <param name="addControlPlane">Registers the control plane.</param>
    public static WebApplication Build(DaemonOptions options, Action<IServiceCollection> addControlPlane)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Log(builder.Logging);
        Listen(builder.WebHost, options);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, TransferMemory>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience);
        addControlPlane(builder.Services);
        builder.Services.AddPaasWeb();
        builder.Services.AddSingleton<GitHost>();
        Authenticate(builder.Services);
        LeaveOutKeys(builder.Services);
        if (options.Dev) builder.Services.AddHostedService<DevRouter>();
        if (options.SshPort > 0) builder.Services.AddHostedService<SshServer>();

        var app = builder.Build();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseWebSockets();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<AccessMiddleware>();
        app.MapApi(options);
        app.MapGit();
        app.MapRegistry();
        app.MapSession();
        app.MapPaasWeb();
        return app;
    }

    [LoggerMessage(1001, LogLevel.Information, "paasd {Version} answers on {Socket}; dashboard {Url}")]
    private static partial void Ready(ILogger logger, string version, string socket, string url);

    private static void Log(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Quartz", LogLevel.Warning);
        // A visitor without a token is not news.
        logging.AddFilter("Paas.Daemon.Authentication", LogLevel.Warning);
        logging.AddFilter(typeof(PaasAuthenticationHandler).FullName, LogLevel.Warning);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        // The journal keeps time and priority itself.
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 })
        {
            logging.AddSystemdConsole();
        }
        else
        {
            logging.AddSimpleConsole(line =>
            {
                line.SingleLine = true;
                line.UseUtcTimestamp = true;
                line.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            });
        }
    }

    private static void Listen(IWebHostBuilder host, DaemonOptions options) => host.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.MaxResponseBufferSize = MaxResponseBuffer;
        kestrel.ListenUnixSocket(options.Socket, PeerCredentials.UsePeerCredentials);
    });

    // Authentication and components bring data protection along, which at start writes keys into root's home; nothing of ours uses them.
    private static void LeaveOutKeys(IServiceCollection services)
    {
        var keys = services.Where(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Name == "DataProtectionHostedService");
        foreach (var service in keys.ToList()) services.Remove(service);
    }

    private static void Authenticate(IServiceCollection services)
    {
        services.AddAuthentication(Caller.Scheme).AddScheme<AuthenticationSchemeOptions, PaasAuthenticationHandler>(Caller.Scheme, null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(Caller.Scheme).RequireAuthenticatedUser().Build());
    }
}
