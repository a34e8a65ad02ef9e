using System.Text.Json;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Images;
using Paas.Images.Snapshots;
using Paas.Node.Network;
using Paas.Node.Users;
using Paas.Oci.Images;
using Paas.Oci.Runtime;

namespace Paas.Node.Bundles;

/// <summary>Writes containers' directories: bundle, generated files, root filesystem, and last of all the file that says what it is.</summary>
internal sealed class BundleWriter(NodePaths paths, ImageStore images, HostNetwork network, UserRanges users)
{
    private const string SnapshotPrefix = "container-";

    private readonly HostLimits _limits = HostLimits.Read();

    /// <summary>Key of a container's writable snapshot.</summary>
    public static string SnapshotKey(string id) => SnapshotPrefix + id;

    /// <summary>The container of a snapshot's key; null for one that is not ours.</summary>
    public static string? IdOfSnapshot(string key) =>
        key.StartsWith(SnapshotPrefix, StringComparison.Ordinal) ? key[SnapshotPrefix.Length..] : null;

    /// <summary>For <c>paas-runtime supervise</c>.</summary>
    /// <exception cref="PaasException">The image or its user is not there, or the subnet is used up.</exception>
    public async Task<ContainerDirectory> WriteSupervisedAsync(ContainerConfig config, CancellationToken ct)
    {
        var (directory, sandbox) = await WriteAsync(config, ct);
        var supervise = new SupervisorConfig(
            SupervisorConfig.CurrentVersion,
            config.Id,
            paths.RuntimeRoot,
            paths.Socket(config.Id),
            directory.State,
            paths.Logs(config.App, config.LogSource ?? config.Name),
            sandbox,
            config.Restart,
            config.StopSignal,
            config.StopGraceSeconds,
            config.Labels,
            SupervisorCgroup: paths.SupervisorsCgroup);
        WriteFile(directory.Supervise, JsonSerializer.SerializeToUtf8Bytes(supervise, SupervisionJsonContext.Default.SupervisorConfig));
        return directory;
    }

    /// <summary>For <c>paas-runtime run --sandbox</c>.</summary>
    /// <inheritdoc cref="WriteSupervisedAsync"/>
    public async Task<ContainerDirectory> WriteOneShotAsync(ContainerConfig config, CancellationToken ct) => (await WriteAsync(config, ct)).Directory;

    private async Task<(ContainerDirectory Directory, SandboxConfig Sandbox)> WriteAsync(ContainerConfig config, CancellationToken ct)
    {
        var image = config.Snapshot is null ? await LoadAsync(config, ct) : null;
        var directory = paths.Container(config.Id);
        // Only root looks inside: the bundle holds the app's secrets.
        Directory.CreateDirectory(directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var net = TakeAddress(config, directory);

        var mount = image is null ? Existing(config.Snapshot!) : await images.PrepareAsync(image, SnapshotKey(config.Id), ct);
        var mapped = images.Snapshotter.SupportsIdMapping;
        var rootfs = new RootfsMount(mount.LowerDirectories, mount.UpperDirectory, mount.WorkDirectory, mapped);
        var sandbox = new SandboxConfig(rootfs, net);
        WriteSandbox(directory, sandbox);

        var facts = Facts(config, image?.Config.Config ?? new ExecutionConfig(), mount, directory, mapped);
        EtcFiles.Write(directory.Etc, facts.HostName, net?.Address, config.HostNetwork ? HostFiles.Read("/etc/resolv.conf") ?? "" : ResolverFile.ForSandboxes(HostFiles.Read).ToString());
        var runtime = RuntimeConfigBuilder.Build(config, facts);
        WriteFile(directory.Config, JsonSerializer.SerializeToUtf8Bytes(runtime, OciRuntimeJsonContext.Default.RuntimeConfig));
        return (directory, sandbox);
    }

    private OverlayMount Existing(string snapshot) => images.Snapshotter.Find(snapshot)
        ?? throw new PaasException(ErrorCode.NotFound, $"there is no snapshot {snapshot}");

    // Written at once, so that whatever happens next, the address is found and given back with the directory.
    private SandboxNetwork? TakeAddress(ContainerConfig config, ContainerDirectory directory)
    {
        if (config.Offline || config.HostNetwork) return null;
        var net = network.Take();
        try
        {
            WriteSandbox(directory, new SandboxConfig(null, net));
            return net;
        }
        catch
        {
            network.Release(net);
            throw;
        }
    }

    private async Task<Image> LoadAsync(ContainerConfig config, CancellationToken ct)
    {
        try
        {
            return await images.LoadAsync(config.Image, ct);
        }
        catch (ContentNotFoundException e)
        {
            throw new PaasException(ErrorCode.NotFound, $"the image {config.Image} of {config.App} is not here", inner: e);
        }
    }

    private BundleFacts Facts(ContainerConfig config, ExecutionConfig image, OverlayMount mount, ContainerDirectory directory, bool mapped)
    {
        var name = config.User ?? image.User ?? "";
        var user = ContainerUser.Resolve(name, LayerFiles.Read(mount, "etc/passwd") ?? "", LayerFiles.Read(mount, "etc/group") ?? "")
            ?? throw new PaasException(ErrorCode.InvalidRequest, $"the image has no user or group \"{name}\"", "name one by its number");
        var facts = new BundleFacts(
            image,
            user,
            mapped ? users.Of(config.App) : null,
            paths.Cgroup(config.Group, config.Id),
            directory.Etc,
            EtcFiles.HostName(config.Name),
            _limits);
        if (RuntimeConfigBuilder.Arguments(config, facts).Count == 0)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"{config.Name} has no command, and its image names none");
        }

        return facts;
    }

    private static void WriteSandbox(ContainerDirectory directory, SandboxConfig sandbox) =>
        WriteFile(directory.Sandbox, JsonSerializer.SerializeToUtf8Bytes(sandbox, SupervisionJsonContext.Default.SandboxConfig));

    // Not synced: after a power failure no container runs, and a torn file only means one that is to be removed.
    private static void WriteFile(string path, byte[] content) => Linux.Files.WriteAtomically(path, content, durable: false);
}
