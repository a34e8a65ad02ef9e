using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Images;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Node.Bundles;
using Paas.Node.Cgroups;
using Paas.Node.Network;
using Paas.Node.Processes;
using Paas.Node.Supervision;
using Paas.Node.Users;

namespace Paas.Node;

/// <summary>
/// The containers of this host: "run this", "what is running?". Knows no apps, releases or routes. State is in
/// <c>containers/&lt;id&gt;/</c>, so that a new process finds everything the last one made. One instance per data directory.
/// </summary>
public sealed class ContainerHost : IAsyncDisposable
{
    private static readonly TimeSpan CleanupTime = TimeSpan.FromSeconds(30);

    // A supervisor that has answered its last request is about to end.
    private static readonly TimeSpan SupervisorEndTime = TimeSpan.FromSeconds(2);

    private readonly NodeOptions _options;
    private readonly NodePaths _paths;
    private readonly ImageStore _images;
    private readonly HostNetwork _network;
    private readonly HostCgroups _cgroups;
    private readonly BuildsGroup _builds;
    private readonly UserRanges _users;
    private readonly BundleWriter _bundles;
    private readonly ContainerRemoval _removal;
    private readonly SupervisedContainers _containers;
    private readonly ContainerWatch _watch;
    private readonly KeyedLocks _locks = new();
    private readonly BusyContainers _busy = new();
    private readonly LauncherThread _launcher = new();
    private readonly HostNotices _notices = new();
    private readonly HostRecovery _recovery;
    private readonly HostUpkeep _upkeep;

    /// <param name="options">Checked here.</param>
    /// <param name="images">Images and root filesystems.</param>
    /// <param name="time">For deadlines.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public ContainerHost(NodeOptions options, ImageStore images, TimeProvider time)
    {
        options.Validate();
        _options = options;
        _images = images;
        _paths = new NodePaths(options);
        _network = new HostNetwork(options);
        _cgroups = new HostCgroups("/sys/fs/cgroup", time);
        _builds = new BuildsGroup(_paths.Cgroup(ContainerGroup.Builds), options.BuildPriority, time);
        _users = new UserRanges(Path.Combine(_paths.Node, "user-ranges.json"));
        _bundles = new BundleWriter(_paths, images, _network, _users);
        _removal = new ContainerRemoval(options, _paths, images, _network, _cgroups, time);
        _containers = new SupervisedContainers(_paths);
        _watch = new ContainerWatch(_paths, _containers, _busy.Contains, time);
        _recovery = new HostRecovery(_paths, images, _network, _cgroups, _removal, _locks, _notices);
        _upkeep = new HostUpkeep(_network, _recovery, images, _notices);
    }

    /// <summary>The directory of what a container has changed of its image, in overlayfs's form; null where there is no such container.</summary>
    public string? ChangesOf(string id) => _images.Snapshotter.Find(BundleWriter.SnapshotKey(id))?.UpperDirectory;

    /// <summary>Lets a supervised container stand still until the result is disposed. A paasd that dies meanwhile lets it go on when it starts again.</summary>
    /// <exception cref="PaasException">Conflict: it cannot be done.</exception>
    public PausedContainer Pause(string id)
    {
        ContainerIds.Require(id);
        return PausedContainer.Pause(_paths.Cgroup(ContainerGroup.Apps, id), id);
    }

    /// <summary>Makes the bridge, the firewall and the forwarding, and removes what a crash left half-made. Idempotent.</summary>
    /// <exception cref="PaasException">Conflict when the subnet or the bridge's name is in use by something else.</exception>
    public async Task PrepareHostAsync(CancellationToken ct)
    {
        await _recovery.RunAsync(ct);
        await _network.PrepareAsync(ct);
        _builds.Prepare();
    }

    /// <summary>
    /// Makes again what another program took away of what <see cref="PrepareHostAsync"/> made, and removes what could not be
    /// removed before. To be called every now and then, not twice at once.
    /// </summary>
    /// <returns>What an operator should hear of, since the last time: sentences, each of them said once.</returns>
    public async Task<IReadOnlyList<string>> KeepHostAsync(CancellationToken ct)
    {
        await _upkeep.RunAsync(ct);
        return _notices.Take();
    }

    /// <summary>Removes what <see cref="PrepareHostAsync"/> made. Containers must be gone.</summary>
    /// <exception cref="PaasException">Conflict when there are containers.</exception>
    public async Task ReleaseHostAsync(CancellationToken ct)
    {
        if (_containers.Ids() is { Count: > 0 } ids)
        {
            throw new PaasException(ErrorCode.Conflict, $"{ids.Count} containers are still here, {ids[0]} among them", "remove them first");
        }

        await _recovery.RunAsync(ct);
        await _network.ReleaseAsync(ct);
        foreach (var group in _paths.CgroupGroups()) await _cgroups.RemoveEmptyAsync(group, SupervisorEndTime, ct);
        await _cgroups.RemoveEmptyAsync(_options.CgroupParent, TimeSpan.Zero, ct);
    }

    /// <summary>Starts a supervised container; returns once its process runs.</summary>
    /// <exception cref="PaasException">It could not be made; the message names the cause. Nothing is left of it.</exception>
    public async Task<ObservedContainer> StartAsync(ContainerConfig config, CancellationToken ct)
    {
        using var held = await BeginAsync(config, ct);
        using var busy = _busy.Add(config.Id);
        try
        {
            var directory = await _bundles.WriteSupervisedAsync(config, ct);
            await SupervisorProcess.StartAsync(_options.RuntimePath, directory, _paths.SupervisorsCgroup, ct);
            var observed = await _containers.ObserveAsync(config.Id, ct)
                ?? throw new PaasException(ErrorCode.Internal, $"the container {config.Id} vanished while it was started");
            _watch.Add(config.Id);
            return observed;
        }
        catch
        {
            await CleanUpAsync(config.Id);
            throw;
        }
    }

    /// <summary>Stop signal, grace, SIGKILL; then removes everything of the container. Does nothing for an unknown id.</summary>
    public async Task StopAsync(string id, TimeSpan grace, CancellationToken ct)
    {
        ContainerIds.Require(id);
        using var held = await _locks.LockAsync(id, ct);
        if (!Directory.Exists(_paths.Container(id).Path)) return;
        await _removal.StopAsync(id, grace, ct);
        using var busy = _busy.Add(id);
        await _removal.RemoveAsync(id, ct);
    }

    /// <summary>Kills the container now and removes everything of it, also after a dead supervisor. Idempotent.</summary>
    public async Task RemoveAsync(string id, CancellationToken ct)
    {
        ContainerIds.Require(id);
        using var held = await _locks.LockAsync(id, ct);
        using var busy = _busy.Add(id);
        await _removal.RemoveAsync(id, ct);
    }

    /// <summary>All supervised containers, from disk and their supervisors.</summary>
    public async Task<IReadOnlyList<ObservedContainer>> ListAsync(CancellationToken ct)
    {
        var all = await Task.WhenAll(_containers.Ids().Where(id => !_busy.Contains(id)).Select(id => _containers.ObserveAsync(id, ct)));
        // Those that began to go meanwhile are neither lost nor running.
        return [.. all.OfType<ObservedContainer>().Where(container => !_busy.Contains(container.Id))];
    }

    /// <summary>
    /// The containers as they are, then every change of one, also of those started later. A container that was removed is
    /// reported no more. Ends only with <paramref name="ct"/>.
    /// </summary>
    public IAsyncEnumerable<ObservedContainer> WatchAsync(CancellationToken ct) => _watch.ReadAsync(ct);

    /// <summary>
    /// Runs a container to its end with its streams attached. Cancelling kills everything in it. Nothing is left of it
    /// afterwards, whatever happened; what cannot be removed at once is later (<see cref="KeepHostAsync"/>).
    /// </summary>
    /// <exception cref="PaasException">It could not be made.</exception>
    public async Task<RunOutcome> RunAsync(ContainerConfig config, RunStreams io, CancellationToken ct)
    {
        using var held = await BeginAsync(config, ct);
        using var busy = _busy.Add(config.Id);
        using var turns = config.Group == ContainerGroup.Builds ? _builds.Enter() : null;
        try
        {
            var directory = await _bundles.WriteOneShotAsync(config, ct);
            var status = config.Terminal is null
                ? await OneShotRun.RunAsync(_launcher, OneShot(directory), io, KillAsync, ct)
                : await AtTerminalAsync(directory, io, ct);
            if (File.Exists(directory.RuntimeLog) && RuntimeErrors.Describe(await File.ReadAllTextAsync(directory.RuntimeLog, ct)) is { Length: > 0 } says)
            {
                throw new PaasException(ErrorCode.Internal, $"the container could not be started: {says}");
            }

            var began = File.Exists(directory.PidFile) ? File.GetLastWriteTimeUtc(directory.PidFile) : DateTime.UtcNow;
            return new RunOutcome(status, DateTime.UtcNow - began);
        }
        finally
        {
            await CleanUpAsync(config.Id);
        }

        async Task KillAsync(Process process)
        {
            using var deadline = new CancellationTokenSource(CleanupTime);
            process.Kill();
            await _removal.RemoveCgroupsAsync(config.Id, deadline.Token);
        }
    }

    /// <summary>
    /// Runs a further process in a running container, to its end, through the launcher that its image may have. Cancelling hangs it up.
    /// </summary>
    /// <returns>The exit status; 128 + n after signal n.</returns>
    /// <exception cref="PaasException">Conflict: there is no such container, it does not run, or its supervisor is an earlier one that cannot.</exception>
    public async Task<int> ExecAsync(string id, ExecRequest request, ExecStreams io, CancellationToken ct)
    {
        ContainerIds.Require(id);
        var isLaunched = ImageLauncher.IsIn(ContainerFiles.ReadArguments(_paths.Container(id)));
        var args = isLaunched ? ImageLauncher.Arguments(null, request.Args) : request.Args;
        using var exec = await ExecConnection.StartAsync(_paths.Socket(id), request with { Args = args }, ct);
        return await AttachedRun.RunAsync(exec, new RunStreams(io.Input, io.Output, io.Error, io.Sizes), ct);
    }

    /// <summary>The TCP ports that listen in the sandbox of a process, lowest first; empty when the process is gone.</summary>
    /// <param name="pid">Pid on the host, e.g. <see cref="Contracts.Supervision.SupervisorState.Pid"/>.</param>
    [SuppressMessage("Performance", "CA1822", Justification = "A question to this host, like the others.")]
    public IReadOnlyList<ListeningPort> ListeningPorts(int pid) => ListeningSockets.Parse(
        HostFiles.Read($"/proc/{pid}/net/tcp") ?? "",
        HostFiles.Read($"/proc/{pid}/net/tcp6") ?? "");

    /// <summary>Gives back what the node keeps for an app beyond its containers: its range of user ids.</summary>
    public Task ForgetAppAsync(string app, CancellationToken ct)
    {
        _users.Forget(app);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _launcher.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<IDisposable> BeginAsync(ContainerConfig config, CancellationToken ct)
    {
        ContainerRules.Require(config);
        _recovery.AdoptAddresses();
        var held = await _locks.LockAsync(config.Id, ct);
        if (!Directory.Exists(_paths.Container(config.Id).Path)) return held;
        held.Dispose();
        throw new PaasException(ErrorCode.Conflict, $"there is a container {config.Id} already");
    }

    // --log keeps what the runtime has to say apart from what the program says.
    private ProcessStartInfo OneShot(ContainerDirectory directory, params ReadOnlySpan<string> options) => new(
        _options.RuntimePath,
        [
            "--root", _paths.RuntimeRoot, "--log", directory.RuntimeLog, "--log-format", "json",
            "run", "--bundle", directory.Path, "--pid-file", directory.PidFile, "--sandbox", directory.Sandbox, .. options, directory.Id,
        ])
    { WorkingDirectory = "/" };

    private async Task<int> AtTerminalAsync(ContainerDirectory directory, RunStreams io, CancellationToken ct)
    {
        Directory.CreateDirectory(_paths.Sockets);
        using var process = await TerminalRun.StartAsync(
            _launcher, socket => OneShot(directory, "--console-socket", socket), _paths.ConsoleSocket(directory.Id), ct);
        return await AttachedRun.RunAsync(process, io, ct);
    }

    // Its caller has a result or an error of its own, which says more than that something could not be removed.
    private async Task CleanUpAsync(string id)
    {
        using var deadline = new CancellationTokenSource(CleanupTime);
        try
        {
            await _removal.RemoveAsync(id, deadline.Token);
        }
        catch (Exception error)
        {
            _notices.SayOnce($"what is left of {id} could not be removed and will be tried again: {error.Message}");
        }
    }
}
