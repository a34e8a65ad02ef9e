using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Paas.Cli.Connections;

/// <summary>The other end has TLS, and this machine does not trust its certificate.</summary>
internal sealed class UntrustedCertificateException(string why) : AuthenticationException(why)
{
    /// <summary>For <see cref="SslClientAuthenticationOptions.RemoteCertificateValidationCallback"/>: trusts what the machine does, and says why where it does not.</summary>
    public static bool Check(X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        var isOutOfTime = chain?.ChainStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)) == true;
        throw new UntrustedCertificateException(
            isOutOfTime ? "its certificate has run out, or is not valid yet"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? "its certificate is signed by nobody whom this machine trusts"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "its certificate is for other names"
            : "it has no certificate");
    }
}
