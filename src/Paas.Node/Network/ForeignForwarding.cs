using Paas.Node.Processes;

namespace Paas.Node.Network;

/// <summary>
/// Docker, ufw and others let iptables drop whatever is forwarded and not theirs; an accept in our table cannot undo a drop in
/// another. Where the host does so, two rules of ours stand first in that chain: they let through what our own table then
/// decides about.
/// </summary>
internal static class ForeignForwarding
{
    private const string Chain = "FORWARD";

    public static async Task AllowAsync(FirewallConfig config, CancellationToken ct)
    {
        if (!await IptablesUse.IsInUseAsync(ct)) return;
        var (status, rules) = await HostCommand.RunAsync("iptables", ["-w", "-S", Chain], null, ct);
        if (status != 0 || !Drops(rules)) return;
        foreach (var rule in Rules(config))
        {
            var (present, _) = await HostCommand.RunAsync("iptables", ["-w", "-C", Chain, .. rule], null, ct);
            if (present != 0) await HostCommand.RunAsync("iptables", ["-w", "-I", Chain, .. rule], null, ct);
        }
    }

    /// <summary>False where the host drops what is forwarded and our two rules are not there.</summary>
    public static async Task<bool> IsAllowedAsync(FirewallConfig config, CancellationToken ct)
    {
        if (!await IptablesUse.IsInUseAsync(ct)) return true;
        var (status, rules) = await HostCommand.RunAsync("iptables", ["-w", "-S", Chain], null, ct);
        if (status != 0 || !Drops(rules)) return true;
        var lines = rules.Split('\n', StringSplitOptions.TrimEntries);
        return Rules(config).All(rule => lines.Contains($"-A {Chain} {string.Join(' ', rule)}"));
    }

    public static async Task ForgetAsync(FirewallConfig config, CancellationToken ct)
    {
        if (!await IptablesUse.IsInUseAsync(ct)) return;
        foreach (var rule in Rules(config))
        {
            var (present, _) = await HostCommand.RunAsync("iptables", ["-w", "-C", Chain, .. rule], null, ct);
            if (present == 0) await HostCommand.RunAsync("iptables", ["-w", "-D", Chain, .. rule], null, ct);
        }
    }

    /// <summary>True when the chain, as <c>iptables -S</c> prints it, ends in a drop or a reject.</summary>
    internal static bool Drops(string rules) =>
        rules.Contains($"-P {Chain} DROP", StringComparison.Ordinal) ||
        rules.Contains($"-A {Chain} -j REJECT", StringComparison.Ordinal) ||
        rules.Contains($"-A {Chain} -j DROP", StringComparison.Ordinal);

    private static string[][] Rules(FirewallConfig config) =>
    [
        ["-i", config.Bridge, "-j", "ACCEPT"],
        ["-o", config.Bridge, "-j", "ACCEPT"],
    ];
}
