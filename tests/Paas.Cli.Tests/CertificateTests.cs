using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Paas.Testing;

namespace Paas.Cli.Tests;

/// <summary>A platform with a certificate of its own making, as the router's first one is.</summary>
public sealed class CertificateTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _home = new();
    private WebApplication? _app;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _home.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1", 0, "signed by nobody whom this machine trusts", "apps")]
    [InlineData("127.0.0.1", 0, "signed by nobody whom this machine trusts", "run", "-a", "x", "--no-stdin", "ls")]
    [InlineData("127.0.0.1", -10, "has run out", "apps")]
    public async Task A_certificate_that_is_not_trusted_is_named_with_what_works(string address, int days, string why, params string[] arguments)
    {
        var url = await StartAsync(address, days, trusted: false);
        var result = await Paas(url, null, arguments).RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($" !     {url} is not trusted: its certificate ", result.Stderr, StringComparison.Ordinal);
        Assert.Contains(why, result.Stderr, StringComparison.Ordinal);
        Assert.Contains("Without TLS it needs none: http://127.0.0.1\n", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("update-ca-certificates", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_this_machine_was_told_of_is_trusted()
    {
        var url = await StartAsync("127.0.0.1", 0, trusted: true);
        Assert.Equal("[]\n", (await Paas(url, Certificate, "apps", "--json").RunAsync()).Succeeded().Stdout);
    }

    [Fact]
    public async Task One_for_other_names_is_not_trusted()
    {
        var url = await StartAsync("127.0.0.2", 0, trusted: true);
        var result = await Paas(url, Certificate, "apps").RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is for other names", result.Stderr, StringComparison.Ordinal);
    }

    private string Certificate => _home.Combine("trusted.pem");

    private Command Paas(string url, string? trusted, params IReadOnlyList<string> arguments) => new(Programs.Paas, arguments)
    {
        Directory = _home.Path,
        Environment = new Dictionary<string, string?>
        {
            ["PAAS_URL"] = url, ["HOME"] = _home.Path, ["XDG_CONFIG_HOME"] = null, ["PAAS_SOCKET"] = null, ["PAAS_APP"] = null, ["PAAS_TOKEN"] = null,
            ["SSL_CERT_FILE"] = trusted,
        },
    };

    // Made as the router makes its own.
    private async Task<string> StartAsync(string name, int days, bool trusted)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test, O=Paas self-signed", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(name));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(days - 1), DateTimeOffset.UtcNow.AddDays(days + 1));
        if (trusted) await File.WriteAllTextAsync(Certificate, certificate.ExportCertificatePem());

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        _app = builder.Build();
        _app.Run(context => context.Response.WriteAsync("[]"));
        await _app.StartAsync();
        return _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }
}
