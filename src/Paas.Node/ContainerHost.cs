using Paas.Images;

namespace Paas.Node;

/// <summary>
/// The containers of this host: "run this", "what is running?". Knows no apps, releases or routes. State is in
/// <c>containers/&lt;id&gt;/</c>, so that a new process finds everything the last one made. One instance per data directory.
/// </summary>
public sealed class ContainerHost : IAsyncDisposable
{
    public ContainerHost(NodeOptions options, ImageStore images, TimeProvider time)
    {
    }

    /// <summary>Makes the bridge, the firewall and the forwarding, and removes what a crash left half-made. Idempotent.</summary>
    public Task PrepareHostAsync(CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Removes what <see cref="PrepareHostAsync"/> made. Containers must be gone.</summary>
    public Task ReleaseHostAsync(CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Starts a supervised container; returns once its process runs.</summary>
    /// <exception cref="Contracts.Errors.PaasException">It could not be made; the message names the cause. Nothing is left of it.</exception>
    public Task<ObservedContainer> StartAsync(ContainerConfig config, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Stop signal, grace, SIGKILL; then removes everything of the container. Does nothing for an unknown id.</summary>
    public Task StopAsync(string id, TimeSpan grace, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Kills the container now and removes everything of it, also after a dead supervisor. Idempotent.</summary>
    public Task RemoveAsync(string id, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>All supervised containers, from disk and their supervisors.</summary>
    public Task<IReadOnlyList<ObservedContainer>> ListAsync(CancellationToken ct) => throw new NotImplementedException();

    /// <summary>
    /// The containers as they are, then every change of one, also of those started later. A container that was removed is
    /// reported no more. Ends only with <paramref name="ct"/>.
    /// </summary>
    public IAsyncEnumerable<ObservedContainer> WatchAsync(CancellationToken ct) => throw new NotImplementedException();

    /// <summary>
    /// Runs a container to its end with its streams attached. Cancelling kills everything in it. Nothing is left of it
    /// afterwards, whatever happened.
    /// </summary>
    /// <returns>The exit status; 128 + n after signal n.</returns>
    /// <exception cref="Contracts.Errors.PaasException">It could not be made.</exception>
    public Task<int> RunAsync(ContainerConfig config, RunStreams io, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>The TCP ports that listen in the sandbox of a process, lowest first; empty when the process is gone.</summary>
    /// <param name="pid">Pid on the host, e.g. <see cref="Contracts.Supervision.SupervisorState.Pid"/>.</param>
    public IReadOnlyList<ListeningPort> ListeningPorts(int pid) => throw new NotImplementedException();

    /// <summary>Gives back what the node keeps for an app beyond its containers: its range of user ids.</summary>
    public Task ForgetAppAsync(string app, CancellationToken ct) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
