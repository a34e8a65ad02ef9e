using Paas.Contracts.Errors;
using Paas.Node.Processes;

namespace Paas.Node.Network;

/// <summary>The firewall in the kernel: nft, or iptables where the kernel or the host has no nft.</summary>
internal static class Firewall
{
    private static readonly string[] IptablesVariants = ["iptables", "iptables-legacy"];

    /// <summary>Makes the rules what the configuration says. Idempotent; there is no moment without rules.</summary>
    public static async Task ApplyAsync(FirewallConfig config, CancellationToken ct)
    {
        var (status, nftSays) = await HostCommand.RunAsync("nft", ["-f", "-"], NftRuleset.Apply(config), ct);
        if (status == 0)
        {
            await ForeignForwarding.AllowAsync(config, ct);
            return;
        }

        var says = await ApplyIptablesAsync(config, ct);
        if (says is null) return;
        throw new PaasException(
            ErrorCode.Internal,
            $"the firewall rules could not be set; nft: {nftSays.Trim()}; iptables: {says.Trim()}",
            "install nftables, and check that the kernel has nf_tables and nf_nat");
    }

    /// <summary>Which of the rules are gone; null where all stand, whichever way they were made. Only looks, with two or three short commands.</summary>
    public static async Task<string?> FindLossAsync(FirewallConfig config, CancellationToken ct)
    {
        var (status, _) = await HostCommand.RunAsync("nft", ["list", "chain", "inet", config.Table, "from_sandboxes"], null, ct);
        if (status == 0) return await ForeignForwarding.IsAllowedAsync(config, ct) ? null : "the host's own firewall drops what apps send";
        return await HasIptablesAsync(config, ct) ? null : "the firewall rules for apps are gone";
    }

    private static async Task<bool> HasIptablesAsync(FirewallConfig config, CancellationToken ct)
    {
        if (!await IptablesUse.IsInUseAsync(ct)) return false;
        foreach (var iptables in IptablesVariants)
        {
            var isWhole = true;
            foreach (var (table, builtin, chain) in IptablesRuleset.Chains(config))
            {
                var (status, _) = await HostCommand.RunAsync(iptables, ["-w", "-t", table, "-C", builtin, "-j", chain], null, ct);
                isWhole = status == 0;
                if (!isWhole) break;
            }

            if (isWhole) return true;
        }

        return false;
    }

    /// <summary>Removes the rules, whichever way they were made. Idempotent.</summary>
    public static async Task RemoveAsync(FirewallConfig config, CancellationToken ct)
    {
        await ForeignForwarding.ForgetAsync(config, ct);
        await HostCommand.RunAsync("nft", ["-f", "-"], NftRuleset.Remove(config), ct);
        if (!await IptablesUse.IsInUseAsync(ct)) return;
        foreach (var iptables in IptablesUse.HasLegacyTables() ? IptablesVariants : IptablesVariants[..1])
        {
            foreach (var (table, builtin, chain) in IptablesRuleset.Chains(config))
            {
                // The first tells whether there is anything of ours, or such a program at all.
                var (status, _) = await HostCommand.RunAsync(iptables, ["-w", "-t", table, "-F", chain], null, ct);
                if (status != 0) continue;
                await HostCommand.RunAsync(iptables, ["-w", "-t", table, "-D", builtin, "-j", chain], null, ct);
                await HostCommand.RunAsync(iptables, ["-w", "-t", table, "-X", chain], null, ct);
            }
        }
    }

    /// <returns>Null when the rules stand, else what the program said.</returns>
    internal static async Task<string?> ApplyIptablesAsync(FirewallConfig config, CancellationToken ct)
    {
        var says = "";
        foreach (var iptables in IptablesVariants)
        {
            var (status, output) = await HostCommand.RunAsync(
                iptables + "-restore", ["-w", "--noflush"], IptablesRuleset.Apply(config), ct);
            says = output;
            if (status != 0) continue;
            foreach (var (table, builtin, chain) in IptablesRuleset.Chains(config))
            {
                var (present, _) = await HostCommand.RunAsync(iptables, ["-w", "-t", table, "-C", builtin, "-j", chain], null, ct);
                if (present == 0) continue;
                (status, says) = await HostCommand.RunAsync(iptables, ["-w", "-t", table, "-I", builtin, "-j", chain], null, ct);
                if (status != 0) return says;
            }

            return null;
        }

        return says;
    }
}
