using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Paas.Router.Hosting;

/// <summary>
/// The certificate for <c>*.domain</c> that HTTPS begins with: made once, kept with its key in <c>self-signed.pem</c> (mode 0600), made
/// again when the domain changes or it runs out.
/// </summary>
internal static class SelfSignedCertificate
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(60);

    /// <exception cref="IOException">It can be neither read nor kept.</exception>
    public static X509Certificate2 LoadOrMake(string directory, string domain, DateTimeOffset now)
    {
        var path = Path.Combine(directory, "self-signed.pem");
        if (TryLoad(path) is { } kept)
        {
            if (kept.MatchesHostname($"any.{domain}") && kept.NotAfter > now + RenewBefore) return kept;
            kept.Dispose();
        }

        var (certificate, pem) = Make(domain, now);
        var temporary = path + ".new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new StreamWriter(temporary, options))
        {
            file.Write(pem);
            file.Flush();
            ((FileStream)file.BaseStream).Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        DirectorySync.Flush(directory);
        return certificate;
    }

    private static X509Certificate2? TryLoad(string path)
    {
        try
        {
            return File.Exists(path) ? X509Certificate2.CreateFromPemFile(path) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static (X509Certificate2 Certificate, string Pem) Make(string domain, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={domain}, O=Paas self-signed", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(domain, out var address)) names.AddIpAddress(address);
        names.AddDnsName(domain);
        names.AddDnsName($"*.{domain}");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        // Some clients refuse a certificate that is valid for longer, even one they were told to trust.
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(825));
        return (certificate, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }
}
