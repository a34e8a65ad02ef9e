using Microsoft.Extensions.Primitives;

namespace Paas.Router.Proxy;

/// <summary>
/// Headers that concern one connection only: those that <c>Connection</c> names (RFC 9110 section 7.6.1). The well-known ones are
/// left out by the forwarder itself. Names that share their line with <c>close</c> or <c>keep-alive</c> are lost: Kestrel keeps
/// only those two words of it.
/// </summary>
internal static class HopByHop
{
    // Naming these would change what the message is, not how it travels.
    private static readonly HashSet<string> NeverNamed = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Upgrade", "TE",
        "close", "keep-alive",
    };

    /// <summary>Removes from <paramref name="headers"/> what <paramref name="connection"/> names.</summary>
    public static void RemoveNamed(IHeaderDictionary headers, StringValues connection)
    {
        if (connection.Count == 0 || (connection.Count == 1 && NeverNamed.Contains(connection[0]!))) return;
        foreach (var value in connection)
        {
            foreach (var name in (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!NeverNamed.Contains(name)) headers.Remove(name);
            }
        }
    }
}
