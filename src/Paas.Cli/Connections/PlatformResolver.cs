using Paas.Cli.Ssh;
using Paas.Contracts.Errors;

namespace Paas.Cli.Connections;

/// <summary>
/// Which platform a command talks to, the first of: <c>--host</c>; <c>PAAS_URL</c>; <c>PAAS_SOCKET</c>; the one of the git remote,
/// where the user is logged in there; the last login; the platform of this machine.
/// </summary>
internal static class PlatformResolver
{
    /// <summary>Where the platform of this machine listens.</summary>
    public const string DefaultSocket = "/run/paas/paasd.sock";

    public static PlatformAddress Resolve(string? host, Func<string, string?> environment, HostLogins logins, Func<Uri?> remote)
    {
        if ((NullIfEmpty(host) ?? NullIfEmpty(environment("PAAS_URL"))) is { } text)
        {
            var url = PlatformUrl.Parse(text);
            return new PlatformAddress(url, null, NullIfEmpty(environment("PAAS_TOKEN")) ?? logins.TokenFor(url));
        }

        if (NullIfEmpty(environment("PAAS_SOCKET")) is { } socket) return PlatformAddress.Local(socket) with { Token = NullIfEmpty(environment(SshSession.TokenVariable)) };
        if (logins.Hosts.Count > 0 && remote() is { } origin && logins.TokenFor(origin) is { } token) return new PlatformAddress(origin, null, token);
        if (logins.Current is { } current && logins.Hosts.TryGetValue(current, out var login))
        {
            return new PlatformAddress(PlatformUrl.Parse(current), null, login.Token);
        }

        if (File.Exists(DefaultSocket)) return PlatformAddress.Local(DefaultSocket);
        throw new PaasException(
            ErrorCode.Unauthenticated,
            "There is no platform on this machine, and you are not logged in to one",
            "Log in: paas login http://paas.example.com");
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
