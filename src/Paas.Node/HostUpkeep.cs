using Paas.Images;
using Paas.Node.Network;

namespace Paas.Node;

/// <summary>
/// Keeps the host as it was prepared: other programs take rules of the firewall away (<c>systemctl reload nftables</c>,
/// <c>ufw enable</c>), and what could not be removed at first may be now.
/// </summary>
internal sealed class HostUpkeep(HostNetwork network, HostRecovery recovery, ImageStore images, HostNotices notices)
{
    private bool _isLost;

    /// <summary>Looks once, and puts right what it can. Not for several callers at once.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await KeepNetworkAsync(ct);
        await recovery.SweepAsync(ct);
        KeepTrashEmpty();
    }

    private async Task KeepNetworkAsync(CancellationToken ct)
    {
        var loss = await network.FindLossAsync(ct);
        if (loss is not null && !_isLost) notices.Say($"{loss}: another program's doing? They are set again");
        _isLost = loss is not null;
        if (loss is null) return;
        try
        {
            await network.PrepareAsync(ct);
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            notices.SayOnce($"the network of apps could not be prepared again and will be tried again: {error.Message}");
        }
    }

    private void KeepTrashEmpty()
    {
        if (images.Snapshotter.TrashProblem is null) return;
        images.Snapshotter.EmptyTrash();
        if (images.Snapshotter.TrashProblem is { } problem) notices.SayOnce($"files that were removed cannot be deleted and keep their space: {problem}");
    }
}
