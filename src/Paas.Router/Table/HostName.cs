namespace Paas.Router.Table;

/// <summary>Hostnames as visitors write them in <c>Host</c>, and as the snapshot must write them.</summary>
internal static class HostName
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;

    /// <summary>The name without port and trailing dot; letter case is left to the table. <c>[::1]:80</c> gives <c>::1</c>.</summary>
    public static ReadOnlySpan<char> Bare(ReadOnlySpan<char> host)
    {
        if (host is ['[', ..])
        {
            var end = host.IndexOf(']');
            return end < 0 ? host : host[1..end];
        }

        var colon = host.LastIndexOf(':');
        if (colon >= 0) host = host[..colon];
        return host is [.., '.'] ? host[..^1] : host;
    }

    /// <summary>Whether a snapshot may route this name: lower case, no port, labels of letters, digits, <c>-</c> and <c>_</c>.</summary>
    public static bool IsRoutable(string? host)
    {
        if (string.IsNullOrEmpty(host) || host.Length > LongestName) return false;
        foreach (var label in host.Split('.'))
        {
            if (label.Length is 0 or > LongestLabel || label[0] == '-' || label[^1] == '-') return false;
            if (!label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')) return false;
        }

        return true;
    }
}
