using Paas.Node.Processes;

namespace Paas.Node.Network;

/// <summary>
/// Whether the host uses iptables at all. Only to look makes iptables load its modules and make its tables, which would then
/// stay and confuse whoever uses nft.
/// </summary>
internal static class IptablesUse
{
    /// <summary>True when there is a table of iptables, of either kind.</summary>
    public static async Task<bool> IsInUseAsync(CancellationToken ct)
    {
        if (HasLegacyTables()) return true;
        var (status, _) = await HostCommand.RunAsync("nft", ["list", "table", "ip", "filter"], null, ct);
        return status == 0;
    }

    /// <summary>True when there is a table of the older kind.</summary>
    public static bool HasLegacyTables() => !string.IsNullOrWhiteSpace(HostFiles.Read("/proc/thread-self/net/ip_tables_names"));
}
