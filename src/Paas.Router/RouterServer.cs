using System.Net.Sockets;
using System.Reflection;
using Microsoft.AspNetCore.Connections;
using Paas.Contracts.Errors;
using Paas.Contracts.Routing;
using Paas.Router.Access;
using Paas.Router.Control;
using Paas.Router.Hosting;
using Paas.Router.Proxy;
using Paas.Router.Table;

namespace Paas.Router;

/// <summary>The whole router: its table, the ports it serves visitors on, its control socket.</summary>
internal sealed partial class RouterServer : IAsyncDisposable
{
    private static readonly UnixFileMode SocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly RouterOptions options;
    private readonly ILogger logger = new JournalLogger("Paas.Router");
    private readonly AccessLog accessLog;
    private readonly LiveTable live;
    private readonly Listener visitors;
    private readonly Listener control;
    private readonly SnapshotFile file;

    /// <exception cref="PaasException">A directory is not its own.</exception>
    public RouterServer(RouterOptions options, TimeProvider time)
    {
        this.options = options;
        MakeDirectories();
        file = new SnapshotFile(options.Data);
        accessLog = new AccessLog(options.Logs, logger, time);
        live = new LiveTable(accessLog);
        visitors = Listener.ForVisitors(
            options, () => SelfSignedCertificate.LoadOrMake(options.Data, options.Domain, time.GetUtcNow()));
        control = Listener.ForControl(options.ControlSocket);
    }

    /// <summary>The port of plain HTTP, once started.</summary>
    public int? HttpPort { get; private set; }

    /// <summary>The port of HTTPS, once started.</summary>
    public int? HttpsPort { get; private set; }

    /// <summary>Takes up its kept snapshot, then serves.</summary>
    /// <exception cref="PaasException">It cannot: a port or the socket is taken.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        Restore();
        ClaimSocket();
        try
        {
            await visitors.Server.StartAsync(new Visitors(live, visitors.Forwarder, options), ct);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw PortFailure(error);
        }

        var ports = new Queue<int>(visitors.Ports());
        HttpPort = options.HttpPort is null ? null : ports.Dequeue();
        HttpsPort = options.HttpsPort is null ? null : ports.Dequeue();
        await control.Server.StartAsync(new Controller(live, file, Status, logger), ct);
        File.SetUnixFileMode(options.ControlSocket, SocketMode);
        LogServing(logger, HttpPort?.ToString() ?? "off", HttpsPort?.ToString() ?? "off", live.Current.Generation, live.Current.Hosts);
    }

    /// <summary>Takes no more connections, lets requests under way end, then cuts what is left.</summary>
    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(options.Drain);
        await visitors.Server.StopAsync(patience.Token);
        await control.Server.StopAsync(patience.Token);
        File.Delete(options.ControlSocket);
    }

    public async ValueTask DisposeAsync()
    {
        await visitors.DisposeAsync();
        await control.DisposeAsync();
        live.Dispose();
        accessLog.Dispose();
    }

    private RouterStatus Status()
    {
        var table = live.Current;
        var version = typeof(RouterServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return new RouterStatus(
            table.Generation, table.Apps.Count, table.Hosts, HttpPort, HttpsPort, Environment.ProcessId, version,
            accessLog.Error is null, accessLog.Error);
    }

    private void MakeDirectories()
    {
        foreach (var directory in (string[])[options.Data, options.Run])
        {
            try
            {
                Directory.CreateDirectory(directory);
                var probe = Path.Combine(directory, ".router-probe");
                File.WriteAllBytes(probe, []);
                File.Delete(probe);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new PaasException(
                    ErrorCode.Internal, $"cannot write in {directory}: {error.Message}",
                    $"It must belong to the user the router runs as: chown {Environment.UserName} {directory}");
            }
        }
    }

    private void Restore()
    {
        var kept = file.Load(out var complaint);
        if (complaint is not null) LogUnusable(logger, complaint);
        if (kept is not null) live.Apply(kept);
    }

    // A socket file is left behind by a kill; one that answers has an owner.
    private void ClaimSocket()
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(options.ControlSocket));
        }
        catch (SocketException)
        {
            File.Delete(options.ControlSocket);
            return;
        }

        throw new PaasException(
            ErrorCode.Conflict, $"another router answers on {options.ControlSocket}",
            $"It is process {PeerCredentials.Of(probe).Pid}; stop it first, or use another --run directory.");
    }

    private PaasException PortFailure(Exception error)
    {
        var chain = Chain(error).ToList();
        if (chain.OfType<AddressInUseException>().Any() || Has(chain, SocketError.AddressAlreadyInUse))
        {
            var taken = new[] { options.HttpPort, options.HttpsPort }.OfType<int>().Where(port => port != 0).Where(port => PortOwner.IsTaken(port)).ToList();
            var words = taken.Select(port => $"port {port} is taken{(PortOwner.Find(port) is { } owner ? $" by {owner}" : "")}");
            return new PaasException(
                ErrorCode.Conflict, taken.Count == 0 ? error.Message : string.Join("; ", words),
                "Stop what listens there, or choose others with --http-port and --https-port.", error);
        }

        if (Has(chain, SocketError.AccessDenied))
        {
            return new PaasException(
                ErrorCode.Forbidden,
                $"user {Environment.UserName} may not listen on {string.Join(" and ", new[] { options.HttpPort, options.HttpsPort }.OfType<int>().Where(port => port < 1024).Select(port => $"port {port}"))}",
                "Give the process CAP_NET_BIND_SERVICE, or choose ports from 1024 up.", error);
        }

        return new PaasException(ErrorCode.Internal, error.Message, inner: error);
    }

    private static bool Has(List<Exception> chain, SocketError code) => chain.OfType<SocketException>().Any(e => e.SocketErrorCode == code);

    private static IEnumerable<Exception> Chain(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException!) yield return e;
    }

    [LoggerMessage(10, LogLevel.Information, "ready: http {Http}, https {Https}, snapshot {Generation} with {Hosts} hosts")]
    private static partial void LogServing(ILogger logger, string http, string https, long generation, int hosts);

    [LoggerMessage(11, LogLevel.Error, "starting with an empty table: {Complaint}")]
    private static partial void LogUnusable(ILogger logger, string complaint);
}
