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

    /// <summary>The platform and app of a git remote <c>…/hello.git</c>, or null for another kind of remote.</summary>
    public static (Uri Platform, string App)? OfRemote(string remote)
    {
        if (!Uri.TryCreate(remote, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return null;
        var path = url.AbsolutePath.Trim('/');
        if (path.Length == 0 || path.Contains('/', StringComparison.Ordinal)) return null;
        return (new Uri(url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)), path.EndsWith(".git", StringComparison.Ordinal) ? path[..^4] : path);
    }

    private static string HostOf(string text)
    {
        var end = text.IndexOfAny([':', '/']);
        return end < 0 ? text : text[..end];
    }
}
