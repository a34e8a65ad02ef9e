using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.ControlPlane.Reconcile;
using Paas.Logs;
using Paas.Node;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>
/// A node whose containers are sockets of this process: each gets an address in 127.0.0.0/8, and what its command says happens.
/// It outlives the control planes that use it, as real containers do.
/// </summary>
internal sealed class LoopbackNode(string logs) : INode, IDisposable
{
    internal const string Listen = "listen";
    internal const string ListenElsewhere = "listen elsewhere";
    internal const string ExitAtOnce = "exit 1";
    internal const string Refuse = "refuse";

    private static int _addresses;

    private int _running;

    private readonly ConcurrentDictionary<string, Container> _containers = new();
    private readonly ConcurrentDictionary<Channel<ObservedContainer>, bool> _watchers = new();

    internal IReadOnlyCollection<string> Ids => [.. _containers.Keys];

    internal List<ContainerConfig> Started { get; } = [];

    internal List<string> Stopped { get; } = [];

    /// <summary>How many one-off commands run.</summary>
    internal int Running => _running;

    /// <summary>What every container does that is started from now on, whatever its command; null for its command.</summary>
    internal string? Instead { get; set; }

    /// <summary>How everything ends that is executed in a container.</summary>
    internal int ExecStatus { get; set; } = 7;

    public Task PrepareAsync(CancellationToken ct) => Task.CompletedTask;

    public Task<IReadOnlyList<string>> KeepAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<string>>([]);

    public Task<ObservedContainer> StartAsync(ContainerConfig config, CancellationToken ct)
    {
        lock (Started) Started.Add(config);
        var command = Instead ?? config.Args[^1];
        if (command == Refuse) throw new PaasException(ErrorCode.Internal, "the node has no room");
        var address = Interlocked.Increment(ref _addresses);
        var container = new Container(config, new IPAddress([127, 77, (byte)(address >> 8), (byte)address]), int.Parse(config.Env["PORT"]));
        _containers[config.Id] = container;
        container.Start(command);
        if (command == ExitAtOnce)
        {
            using var log = new LogWriter(Path.Combine(logs, config.App, config.Name));
            log.Write(LogStream.Stderr, "Error: Cannot find module 'express'");
            log.Dispose();
            container.Exit(1);
        }

        Tell(container.Observe());
        return Task.FromResult(container.Observe());
    }

    public Task StopAsync(string id, TimeSpan grace, CancellationToken ct)
    {
        if (_containers.TryRemove(id, out var container)) container.Dispose();
        lock (Stopped) Stopped.Add(id);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string id, CancellationToken ct)
    {
        if (_containers.TryRemove(id, out var container)) container.Dispose();
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ObservedContainer>> ListAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ObservedContainer>>([.. _containers.Values.Select(container => container.Observe())]);

    public async IAsyncEnumerable<ObservedContainer> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var changes = Channel.CreateUnbounded<ObservedContainer>();
        _watchers[changes] = true;
        foreach (var container in await ListAsync(ct)) yield return container;
        await foreach (var container in changes.Reader.ReadAllAsync(ct)) yield return container;
    }

    public async Task<RunOutcome> RunAsync(ContainerConfig config, RunStreams io, CancellationToken ct)
    {
        Interlocked.Increment(ref _running);
        try
        {
            if (config.Args[^1] == "sleep") await Task.Delay(Timeout.Infinite, ct);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }

        var text = $"{config.Name} {string.Join(' ', config.Args)} GREETING={config.Env.GetValueOrDefault("GREETING")}\n";
        await io.Output.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
        if (io.Input is { } input) await input.CopyToAsync(io.Output, ct);
        return new RunOutcome(config.Args[^1] == "fail" ? 3 : 0, TimeSpan.FromSeconds(1));
    }

    public async Task<int> ExecAsync(string id, ExecRequest request, ExecStreams io, CancellationToken ct)
    {
        await io.Output.WriteAsync(Encoding.UTF8.GetBytes($"{id} {string.Join(' ', request.Args)} {string.Join(' ', request.Env ?? [])}\n"), ct);
        return ExecStatus;
    }

    public IReadOnlyList<ListeningPort> ListeningPorts(int pid) => _containers.Values.Single(container => container.Pid == pid).Ports;

    public Task ForgetAppAsync(string app, CancellationToken ct) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var container in _containers.Values) container.Dispose();
    }

    internal ObservedContainer Find(string id) => _containers[id].Observe();

    /// <summary>The process ends; its supervisor starts it again.</summary>
    internal void Crash(string id)
    {
        var container = _containers[id];
        container.Exit(137);
        Tell(container.Observe());
        container.Start(Listen);
        Tell(container.Observe());
    }

    /// <summary>Its supervisor is killed.</summary>
    internal void Lose(string id)
    {
        _containers[id].Lose();
        Tell(_containers[id].Observe());
    }

    private void Tell(ObservedContainer container)
    {
        foreach (var watcher in _watchers.Keys) watcher.Writer.TryWrite(container);
    }

    private sealed class Container(ContainerConfig config, IPAddress address, int port) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly List<ProcessExit> _exits = [];
        private TcpListener? _listener;
        private SupervisedStatus _status;
        private DateTimeOffset _start;
        private int _restarts = -1;
        private bool _lost;

        internal int Pid { get; private set; }

        internal IReadOnlyList<ListeningPort> Ports { get; private set; } = [];

        internal void Start(string command)
        {
            lock (_lock)
            {
                _restarts++;
                _start = DateTimeOffset.UtcNow;
                _status = SupervisedStatus.Running;
                Pid = Random.Shared.Next(1000, int.MaxValue);
                if (command == ListenElsewhere) Ports = [new ListeningPort(IPAddress.Any, 3000)];
                if (command != Listen) return;
                _listener = new TcpListener(address, port);
                _listener.Start();
                Ports = [new ListeningPort(IPAddress.Any, port)];
            }
        }

        internal void Exit(int code)
        {
            lock (_lock)
            {
                _listener?.Dispose();
                _exits.Add(new ProcessExit(DateTimeOffset.UtcNow, code, null, false, 0.2));
                _status = SupervisedStatus.Backoff;
            }
        }

        internal void Lose()
        {
            lock (_lock)
            {
                _listener?.Dispose();
                _lost = true;
            }
        }

        internal ObservedContainer Observe()
        {
            lock (_lock)
            {
                return new ObservedContainer(
                    config.Id,
                    new SupervisorState(
                        config.Id, 1, _status, _status == SupervisedStatus.Running ? Pid : null, _start, _restarts, [.. _exits], address.ToString(), null, config.Labels),
                    _lost,
                    config.Labels);
            }
        }

        public void Dispose()
        {
            lock (_lock) _listener?.Dispose();
        }
    }
}
