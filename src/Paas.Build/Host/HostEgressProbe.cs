namespace Paas.Build.Host;

/// <summary>Finds a host's egress from an environment and the files where hosts keep it.</summary>
/// <param name="environment">Name → value or null, e.g. <see cref="Environment.GetEnvironmentVariable(string)"/>.</param>
/// <param name="root">Root of the host's files; <c>/</c> but in tests.</param>
public sealed class HostEgressProbe(Func<string, string?> environment, string root = "/")
{
    private static readonly string[] BundleVariables = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"];

    private static readonly string[] BundlePaths =
    [
        "etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt", "etc/ssl/ca-bundle.pem", "etc/ssl/cert.pem",
    ];

    private static readonly string[] ProxyVariables = ["http_proxy", "https_proxy", "no_proxy", "all_proxy"];

    private static readonly string[] NpmFiles =
    [
        "root/.npmrc", "usr/local/etc/npmrc", "usr/etc/npmrc", "etc/npmrc",
    ];

    /// <summary>This host, as it is now.</summary>
    public static HostEgress ThisHost() => new HostEgressProbe(Environment.GetEnvironmentVariable).Find();

    public HostEgress Find()
    {
        var env = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in ProxyVariables)
        {
            // Some programs read only the one case, some only the other.
            var value = environment(name) ?? environment(name.ToUpperInvariant());
            if (string.IsNullOrEmpty(value)) continue;
            env[name] = value;
            env[name.ToUpperInvariant()] = value;
        }

        if (NpmRegistry() is { } registry) env["NPM_CONFIG_REGISTRY"] = registry;
        return new HostEgress(CaBundle(), env);
    }

    private string? CaBundle() =>
        BundleVariables.Select(environment).FirstOrDefault(path => !string.IsNullOrEmpty(path) && File.Exists(path))
        ?? BundlePaths.Select(path => Path.Combine(root, path)).FirstOrDefault(File.Exists);

    private string? NpmRegistry() =>
        new[] { environment("NPM_CONFIG_REGISTRY"), environment("npm_config_registry") }
            .Concat(NpmFiles.Select(path => RegistryLine(Path.Combine(root, path))))
            .FirstOrDefault(value => Uri.TryCreate(value, UriKind.Absolute, out _));

    /// <summary>The plain <c>registry</c> setting of an npmrc; credentials and per-scope settings stay on the host.</summary>
    private static string? RegistryLine(string path)
    {
        if (!File.Exists(path)) return null;
        foreach (var line in File.ReadLines(path))
        {
            var parts = line.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts is ["registry", { Length: > 0 } value]) return value.Trim('"', '\'');
        }

        return null;
    }
}
