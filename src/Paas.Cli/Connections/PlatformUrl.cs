using Paas.Cli.CommandLine;

namespace Paas.Cli.Connections;

/// <summary>Addresses of platforms: <c>scheme://host[:port]</c>, nothing behind it.</summary>
internal static class PlatformUrl
{
    /// <summary>Reads what a person typed; without a scheme it is https, and http for localhost.</summary>
    public static Uri Parse(string text)
    {
        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"{(IsLoopback(HostOf(text)) ? "http" : "https")}://{text}";
        if (Uri.TryCreate(full, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0)
        {
            return new Uri(url.GetLeftPart(UriPartial.Authority));
        }

        throw new UsageException($"'{text}' is not an address of a platform", "For example: http://paas.example.com");
    }

    /// <summary>As it is stored and shown: lower case, no slash at the end.</summary>
    public static string Text(Uri url) => url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped).ToLowerInvariant();

    /// <summary>localhost and everything under it are this machine (RFC 6761, 6.3).</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The platform and app of a git remote <c>…/hello.git</c>, or null for another kind of remote. One over SSH names the app alone: where
    /// the API answers does not follow from where sshd does.
    /// </summary>
    public static (Uri? Platform, string App)? OfRemote(string remote)
    {
        if (!remote.Contains("://", StringComparison.Ordinal)) return AppAt(ShortFormPath(remote)) is { } app ? (null, app) : null;
        if (!Uri.TryCreate(remote, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https" or "ssh")) return null;
        if (AppAt(url.AbsolutePath) is not { } name) return null;
        return (url.Scheme == "ssh" ? null : new Uri(url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)), name);
    }

    // [user@]host:path, as git-fetch(1) has it: no slash before the colon, which an address in brackets may have more of.
    private static string ShortFormPath(string remote)
    {
        var bracket = remote.IndexOf("]:", StringComparison.Ordinal);
        var colon = bracket >= 0 ? bracket + 1 : remote.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && !remote[..colon].Contains('/', StringComparison.Ordinal) ? remote[(colon + 1)..] : "";
    }

    private static string? AppAt(string path)
    {
        var name = path.Trim('/');
        if (name.StartsWith("~/", StringComparison.Ordinal)) name = name[2..];
        if (name.EndsWith(".git", StringComparison.Ordinal)) name = name[..^4];
        return name.AsSpan().IndexOfAny('/', ':') >= 0 || name.Length == 0 ? null : name;
    }

    private static string HostOf(string text)
    {
        var end = text.IndexOfAny([':', '/']);
        return end < 0 ? text : text[..end];
    }
}
