using Paas.Build.Host;
using Paas.Testing;

namespace Paas.Build.Tests.Host;

public sealed class HostEgressProbeTests
{
    [Fact]
    public void A_bare_host_gives_nothing()
    {
        using var root = new TemporaryDirectory();
        var egress = new HostEgressProbe(_ => null, root.Path).Find();
        Assert.Null(egress.CaBundle);
        Assert.Empty(egress.Env);
    }

    [Fact]
    public void Proxies_come_in_both_cases_whichever_is_set()
    {
        using var root = new TemporaryDirectory();
        var host = new Dictionary<string, string?> { ["HTTPS_PROXY"] = "http://proxy:3128", ["no_proxy"] = "localhost,.corp", ["http_proxy"] = "" };
        var env = new HostEgressProbe(host.GetValueOrDefault, root.Path).Find().Env;
        Assert.Equal(["HTTPS_PROXY", "NO_PROXY", "https_proxy", "no_proxy"], env.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("http://proxy:3128", env["https_proxy"]);
        Assert.Equal("localhost,.corp", env["NO_PROXY"]);
    }

    [Fact]
    public void The_bundle_is_the_environment_s_else_the_host_s_own()
    {
        using var root = new TemporaryDirectory();
        Write(root, "etc/pki/tls/certs/ca-bundle.crt", "x");
        Write(root, "corp.pem", "x");
        Assert.Equal(root.Combine("etc/pki/tls/certs/ca-bundle.crt"), new HostEgressProbe(_ => null, root.Path).Find().CaBundle);
        Write(root, "etc/ssl/certs/ca-certificates.crt", "x");
        Assert.Equal(root.Combine("etc/ssl/certs/ca-certificates.crt"), new HostEgressProbe(_ => null, root.Path).Find().CaBundle);
        string? Named(string name) => name == "SSL_CERT_FILE" ? root.Combine("corp.pem") : null;
        Assert.Equal(root.Combine("corp.pem"), new HostEgressProbe(Named, root.Path).Find().CaBundle);
        string? Missing(string name) => name == "SSL_CERT_FILE" ? root.Combine("gone.pem") : null;
        Assert.Equal(root.Combine("etc/ssl/certs/ca-certificates.crt"), new HostEgressProbe(Missing, root.Path).Find().CaBundle);
    }

    [Fact]
    public void The_npm_registry_comes_without_credentials()
    {
        using var root = new TemporaryDirectory();
        Write(root, "root/.npmrc", "//npm.corp/:_authToken=secret\n@scope:registry=https://scope.corp/\nregistry = \"https://npm.corp/\"\n");
        var env = new HostEgressProbe(_ => null, root.Path).Find().Env;
        Assert.Equal("https://npm.corp/", env["NPM_CONFIG_REGISTRY"]);
        Assert.DoesNotContain(env, pair => pair.Value.Contains("secret", StringComparison.Ordinal));
        string? Environment(string name) => name == "npm_config_registry" ? "https://other.corp/" : null;
        Assert.Equal("https://other.corp/", new HostEgressProbe(Environment, root.Path).Find().Env["NPM_CONFIG_REGISTRY"]);
    }

    private static void Write(TemporaryDirectory root, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root.Combine(path))!);
        File.WriteAllText(root.Combine(path), text);
    }
}
