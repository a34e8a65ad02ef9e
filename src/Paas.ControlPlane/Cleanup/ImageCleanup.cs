using Microsoft.Extensions.Logging;
using Paas.Build.Cache;
using Paas.Build.Dockerfiles.Building;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Git;
using Paas.ControlPlane.Registry;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Images.Cleaning;
using Paas.Images.Uploads;

namespace Paas.ControlPlane.Cleanup;

/// <summary>
/// Removes what nobody owns: after each deployment, each hour, when somebody asks, and before something is refused for want of room.
/// One at a time; it is safe at any moment. docs/decisions/0021.
/// </summary>
internal sealed partial class ImageCleanup(
    ControlPlaneOptions options, ImageSweep sweep, ContentStore content, UploadStore uploads, ImageRegistry registry, RegistryStore pushed, AppStore apps, DiskReserve reserve,
    RepositoryUpkeep repositories, Deployer deployer, TimeProvider time, ILogger<ImageCleanup> log) : IDisposable
{
    private static readonly TimeSpan Regularly = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenTidyings = TimeSpan.FromHours(6);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    internal void Start()
    {
        deployer.Deployed += Request;
        registry.RoomWanted += Request;
        _running = Task.Run(RunRegularlyAsync);
    }

    internal async Task StopAsync()
    {
        deployer.Deployed -= Request;
        registry.RoomWanted -= Request;
        await _stopping.CancelAsync();
        await _running;
    }

    /// <summary>Cleans soon.</summary>
    internal void Request()
    {
        if (_wanted.CurrentCount == 0) _wanted.Release();
    }

    /// <summary>Cleans now.</summary>
    /// <param name="dryRun">Only finds out.</param>
    /// <param name="ct">Before it begins.</param>
    /// <param name="thoroughly">The apps' repositories too, which takes longer and at first more room than it gives.</param>
    internal async Task<CleanupDocument> RunAsync(bool dryRun, CancellationToken ct, bool thoroughly = false)
    {
        await _turn.WaitAsync(ct);
        try
        {
            var tidied = thoroughly && !dryRun ? await repositories.RunAsync(_stopping.Token) : default;
            return await Task.Run(() => Run(dryRun, tidied), CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Cleans where that is needed to have so much room. InsufficientStorage, with the numbers, where it is not enough.</summary>
    internal async Task MakeRoomAsync(string what, long needed, CancellationToken ct)
    {
        if (reserve.Allows(needed)) return;
        await RunAsync(dryRun: false, ct);
        try
        {
            reserve.Require(what, needed);
        }
        catch (DiskReserveException error)
        {
            throw new PaasException(
                ErrorCode.InsufficientStorage, error.Message, "paas images shows what takes the room; destroy what is not needed, then: paas cleanup", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _turn.Dispose();
        _wanted.Dispose();
        _stopping.Dispose();
    }

    private CleanupDocument Run(bool dryRun, (int Count, long Bytes) tidied)
    {
        var now = time.GetUtcNow();
        var expired = uploads.Expire(now - RegistryStore.Hold, repository => apps.Find(RepositoryName.AppOf(repository)) is not null, !dryRun);
        pushed.Expire(!dryRun);
        var pulled = ExpirePulled(now - options.BuildCacheLifetime, !dryRun);
        var caches = BuildCaches.Trim(options.CacheDirectory, now - options.BuildCacheLifetime, options.MaxBuildCacheBytes, !dryRun);
        var steps = DockerfileCache.Trim(options.CacheDirectory, CleanupServices.StepsKept(options, now), !dryRun);
        var swept = sweep.Run(!dryRun);
        CleanupItem[] all =
        [
            new("blobs", swept?.Blobs ?? 0, swept?.BlobBytes ?? 0),
            new("unpacked layers", swept?.Snapshots ?? 0, swept?.SnapshotBytes ?? 0),
            new("uploads", expired.Count, expired.Bytes),
            new("build caches", caches.Count, caches.Bytes),
            new("steps of Dockerfiles", steps, 0),
            new("pulled base images", pulled, 0),
            new("repositories", tidied.Count, tidied.Bytes),
        ];
        var items = all.Where(item => item.Count > 0).ToList();
        var note = swept is null ? "Images were left alone: another process builds base images now. Try again when it has ended." : null;
        var bytes = items.Sum(item => item.Bytes);
        if (!dryRun && bytes > 0) LogCleaned(ByteSize.Text(bytes), string.Join(", ", items.Select(item => $"{item.Count} {item.Kind}")));
        return new CleanupDocument(dryRun, items, bytes, reserve.Free, reserve.Bytes, note);
    }

    /// <summary>Forgets the images of registries that no build has used for long; their content goes with the sweep unless something else has it.</summary>
    private int ExpirePulled(DateTimeOffset before, bool remove)
    {
        var old = content.References()
            .Where(named => PulledImage.IsOne(named.Value) && (content.UsedAt(named.Value) ?? DateTimeOffset.MinValue) < before)
            .Select(named => named.Key).ToList();
        if (remove) old.ForEach(reference => content.RemoveReference(reference));
        return old.Count;
    }

    private async Task RunRegularlyAsync()
    {
        var tidied = time.GetTimestamp();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _wanted.WaitAsync(Regularly, _stopping.Token);
                var thoroughly = time.GetElapsedTime(tidied) >= BetweenTidyings;
                if (thoroughly) tidied = time.GetTimestamp();
                await RunAsync(dryRun: false, _stopping.Token, thoroughly);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error)
            {
                LogFailed(error);
                await Task.Delay(TimeSpan.FromSeconds(10), time, CancellationToken.None);
            }
        }
    }

    [LoggerMessage(2601, LogLevel.Information, "cleaned up {Bytes}: {What}")]
    private partial void LogCleaned(string bytes, string what);

    [LoggerMessage(2602, LogLevel.Error, "the cleanup failed and will be tried again")]
    private partial void LogFailed(Exception error);
}
