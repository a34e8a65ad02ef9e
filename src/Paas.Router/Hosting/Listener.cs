using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Paas.Router.Control;
using Yarp.ReverseProxy.Forwarder;

namespace Paas.Router.Hosting;

/// <summary>
/// Kestrel without the web framework around it: no middleware, no routing, no diagnostics between a socket and
/// <see cref="IHttpApplication{TContext}"/>.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly WebApplication host;

    private Listener(WebApplication host)
    {
        this.host = host;
        Server = host.Services.GetRequiredService<IServer>();
    }

    public IServer Server { get; }

    public IHttpForwarder Forwarder => host.Services.GetRequiredService<IHttpForwarder>();

    /// <summary>The one that faces visitors.</summary>
    public static Listener ForVisitors(RouterOptions options, Func<X509Certificate2> certificate) => new(Build(builder =>
    {
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, VisitorMemory>();
        if (options.HttpsPort is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            ApplyLimits(kestrel.Limits);
            // Each byte of a value is a character and becomes the same byte again: what its characters are is between visitor and app.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            if (options.HttpPort is { } http) Listen(kestrel, options.Address, http, listen => listen.Protocols = HttpProtocols.Http1);
            if (options.HttpsPort is not { } https) return;
            Listen(kestrel, options.Address, https, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(certificate());
            });
        });
    }));

    /// <summary>The one on the control socket.</summary>
    public static Listener ForControl(string socket) => new(Build(builder => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.Limits.MaxRequestBodySize = 256 * 1024 * 1024;
        kestrel.ListenUnixSocket(socket, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(PeerCredentials.Middleware);
        });
    })));

    /// <summary>The ports bound, in the order they were asked for.</summary>
    public IReadOnlyList<int> Ports() =>
        [.. Server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(address => BindingAddress.Parse(address).Port)];

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private static WebApplication Build(Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(new JournalLogger.Provider());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        configure(builder);
        return builder.Build();
    }

    private static void Listen(KestrelServerOptions kestrel, IPAddress? address, int port, Action<ListenOptions> configure)
    {
        if (address is not null) kestrel.Listen(address, port, configure);
        // Kestrel takes no free port on "any" of both families at once.
        else if (port == 0) kestrel.Listen(IPAddress.IPv6Any, 0, configure);
        else kestrel.ListenAnyIP(port, configure);
    }

    // Sizes are the app's business; what is limited here is what an app never sees: slow heads and visitors that stop reading.
    private static void ApplyLimits(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(60));
        limits.MaxRequestLineSize = 16 * 1024;
        limits.MaxRequestHeadersTotalSize = 64 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
    }
}
