using Paas.Contracts.Errors;
using Paas.Oci;

namespace Paas.Daemon;

/// <summary>Reads the options about registries and mirrors: lists with commas.</summary>
internal static class RegistryLists
{
    /// <summary><c>host=url,…</c>, several for one host in their order; null where nothing is given. InvalidRequest for what cannot be.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Uri>>? Mirrors(string option, string? text)
    {
        if (text is null) return null;
        var mirrors = new Dictionary<string, IReadOnlyList<Uri>>();
        foreach (var item in Items(text))
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !Uri.TryCreate(item[(equals + 1)..], UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
                throw new PaasException(ErrorCode.InvalidRequest, $"{option} takes HOST=URL, not {item}", "For example: docker.io=https://mirror.example");
            var host = Host(option, item[..equals]);
            mirrors[host] = [.. mirrors.GetValueOrDefault(host) ?? [], address];
        }

        return mirrors;
    }

    /// <summary><c>host,…</c>; null where nothing is given. InvalidRequest for what cannot be.</summary>
    public static IReadOnlySet<string>? Hosts(string option, string? text) => text is null ? null : Items(text).Select(item => Host(option, item)).ToHashSet();

    /// <summary>Addresses of mirrors of Debian's packages, or lines of <c>sources.list</c>; null where nothing is given. InvalidRequest for what cannot be.</summary>
    public static IReadOnlyList<string>? Packages(string option, string? text)
    {
        if (text is null) return null;
        var items = Items(text);
        var wrong = items.FirstOrDefault(item => !item.StartsWith("deb ", StringComparison.Ordinal) && !(Uri.TryCreate(item, UriKind.Absolute, out var address) && address.Scheme is ("https" or "http")));
        return wrong is null ? items : throw new PaasException(ErrorCode.InvalidRequest, $"{option} takes addresses or lines that begin with deb, not {wrong}", "For example: https://mirror.example/debian");
    }

    private static string[] Items(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Host(string option, string text) =>
        Reference.TryParse($"{text}/x", out var reference) && reference.Domain == text
            ? text
            : throw new PaasException(ErrorCode.InvalidRequest, $"{option} takes hosts like registry.example:5000, not {text}");
}
