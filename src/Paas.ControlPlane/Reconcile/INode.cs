using Paas.Contracts.Api;
using Paas.Contracts.Supervision;
using Paas.Node;

namespace Paas.ControlPlane.Reconcile;

/// <summary>
/// The node, a process boundary: what the control plane asks of the host it runs on. <see cref="LocalNode"/> is this host; tests have
/// one whose containers are sockets of the test's own process.
/// </summary>
internal interface INode
{
    /// <inheritdoc cref="ContainerHost.PrepareHostAsync"/>
    Task PrepareAsync(CancellationToken ct);

    /// <inheritdoc cref="ContainerHost.KeepHostAsync"/>
    Task<IReadOnlyList<string>> KeepAsync(CancellationToken ct);

    /// <inheritdoc cref="ContainerHost.StartAsync"/>
    Task<ObservedContainer> StartAsync(ContainerConfig config, CancellationToken ct);

    /// <inheritdoc cref="ContainerHost.StopAsync"/>
    Task StopAsync(string id, TimeSpan grace, CancellationToken ct);

    /// <inheritdoc cref="ContainerHost.RemoveAsync"/>
    Task RemoveAsync(string id, CancellationToken ct);

    /// <inheritdoc cref="ContainerHost.ListAsync"/>
    Task<IReadOnlyList<ObservedContainer>> ListAsync(CancellationToken ct);

    /// <inheritdoc cref="ContainerHost.WatchAsync"/>
    IAsyncEnumerable<ObservedContainer> WatchAsync(CancellationToken ct);

    /// <inheritdoc cref="ContainerHost.RunAsync"/>
    Task<RunOutcome> RunAsync(ContainerConfig config, RunStreams io, CancellationToken ct);

    /// <inheritdoc cref="ContainerHost.ExecAsync"/>
    Task<int> ExecAsync(string id, ExecRequest request, ExecStreams io, CancellationToken ct);

    /// <inheritdoc cref="ContainerHost.ListeningPorts"/>
    IReadOnlyList<ListeningPort> ListeningPorts(int pid);

    /// <inheritdoc cref="ContainerHost.ForgetAppAsync"/>
    Task ForgetAppAsync(string app, CancellationToken ct);
}

/// <summary>This host.</summary>
internal sealed class LocalNode(ContainerHost host) : INode
{
    public Task PrepareAsync(CancellationToken ct) => host.PrepareHostAsync(ct);

    public Task<IReadOnlyList<string>> KeepAsync(CancellationToken ct) => host.KeepHostAsync(ct);

    public Task<ObservedContainer> StartAsync(ContainerConfig config, CancellationToken ct) => host.StartAsync(config, ct);

    public Task StopAsync(string id, TimeSpan grace, CancellationToken ct) => host.StopAsync(id, grace, ct);

    public Task RemoveAsync(string id, CancellationToken ct) => host.RemoveAsync(id, ct);

    public Task<IReadOnlyList<ObservedContainer>> ListAsync(CancellationToken ct) => host.ListAsync(ct);

    public IAsyncEnumerable<ObservedContainer> WatchAsync(CancellationToken ct) => host.WatchAsync(ct);

    public Task<RunOutcome> RunAsync(ContainerConfig config, RunStreams io, CancellationToken ct) => host.RunAsync(config, io, ct);

    public Task<int> ExecAsync(string id, ExecRequest request, ExecStreams io, CancellationToken ct) => host.ExecAsync(id, request, io, ct);

    public IReadOnlyList<ListeningPort> ListeningPorts(int pid) => host.ListeningPorts(pid);

    public Task ForgetAppAsync(string app, CancellationToken ct) => host.ForgetAppAsync(app, ct);
}
