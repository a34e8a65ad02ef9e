using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Paas.Contracts.Supervision;

namespace Paas.Node.Supervision;

/// <summary>
/// Everything that supervisors report, merged: one connection for each container and each reader. A connection that breaks is
/// made again as long as the supervisor lives.
/// </summary>
/// <param name="paths">Where the containers are.</param>
/// <param name="containers">Tells how one is that has no supervisor.</param>
/// <param name="isBusy">True while this node starts or removes a container, which then is neither lost nor gone.</param>
/// <param name="time">For waiting.</param>
internal sealed class ContainerWatch(NodePaths paths, SupervisedContainers containers, Func<string, bool> isBusy, TimeProvider time)
{
    private static readonly TimeSpan Reconnect = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly List<ChannelWriter<string>> _readers = [];

    /// <summary>Tells every reader of a container that has come to be.</summary>
    public void Add(string id)
    {
        lock (_lock)
        {
            foreach (var reader in _readers) reader.TryWrite(id);
        }
    }

    public async IAsyncEnumerable<ObservedContainer> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var changes = Channel.CreateUnbounded<ObservedContainer>(new UnboundedChannelOptions { SingleReader = true });
        var ids = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
        lock (_lock) _readers.Add(ids.Writer);
        try
        {
            // After listening for new ones, so that none falls between.
            foreach (var id in containers.Ids()) ids.Writer.TryWrite(id);
            var following = FollowAllAsync(ids.Reader, changes.Writer, stop.Token);
            await foreach (var change in changes.Reader.ReadAllAsync(ct)) yield return change;
            await following;
        }
        finally
        {
            lock (_lock) _readers.Remove(ids.Writer);
            await stop.CancelAsync();
        }
    }

    private async Task FollowAllAsync(ChannelReader<string> ids, ChannelWriter<ObservedContainer> changes, CancellationToken ct)
    {
        try
        {
            var followed = new HashSet<string>();
            await foreach (var id in ids.ReadAllAsync(ct))
            {
                // An id is never used twice, so one that ended is not followed again.
                if (followed.Add(id)) _ = FollowAsync(id, changes, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has gone.
        }
    }

    private async Task FollowAsync(string id, ChannelWriter<ObservedContainer> changes, CancellationToken ct)
    {
        try
        {
            while (ContainerFiles.ReadConfig(paths.Container(id)) is { } config)
            {
                using (var client = await SupervisorClient.ConnectAsync(paths.Socket(id), ct))
                {
                    if (client is not null)
                    {
                        await foreach (var state in client.WatchAsync(ct)) changes.TryWrite(new(id, state, Lost: false, config.Labels));
                    }
                }

                // Nobody there, or no more: a moment later it is one that starts, one that is dead, or a container that is gone.
                await Task.Delay(Reconnect, time, ct);
                if (isBusy(id)) continue;
                var observed = await containers.ObserveAsync(id, ct);
                if (observed is null) return;
                if (!observed.Lost && !HasEnded(observed)) continue;
                changes.TryWrite(observed);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has gone.
        }
        catch (Exception e)
        {
            // A reader that misses a container would act on what is not so.
            changes.TryComplete(e);
        }
    }

    private static bool HasEnded(ObservedContainer container) => container.State?.Status is SupervisedStatus.Exited or SupervisedStatus.Failed;
}
