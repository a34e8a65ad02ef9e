namespace Paas.Build.Host;

/// <summary>
/// How this host reaches the outside: people sit behind corporate proxies with certificates of their own. Build containers get
/// it, as environment and read-only mounts; images never do.
/// </summary>
/// <param name="CaBundle">Absolute path of a PEM file with every certificate authority the host trusts, or null.</param>
/// <param name="Env">Proxy and registry settings, e.g. <c>https_proxy</c>, <c>NPM_CONFIG_REGISTRY</c>.</param>
public sealed record HostEgress(string? CaBundle, IReadOnlyDictionary<string, string> Env)
{
    /// <summary>Nothing beyond what the stack has.</summary>
    public static HostEgress None { get; } = new(null, new Dictionary<string, string>());
}
