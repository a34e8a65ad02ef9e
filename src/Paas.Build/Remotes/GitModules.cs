namespace Paas.Build.Remotes;

/// <summary>What git prints of the submodules in a commit (gitsubmodules(7), gitmodules(5)).</summary>
public static class GitModules
{
    /// <summary>Name of the file that says where they are.</summary>
    public const string File = ".gitmodules";

    private const string LinkMode = "160000 commit ";

    /// <summary>The gitlinks in the output of <c>ls-tree -r -z</c>.</summary>
    public static List<(string Path, string Commit)> Links(string entries)
    {
        var links = new List<(string, string)>();
        foreach (var entry in entries.Split('\0'))
        {
            if (!entry.StartsWith(LinkMode, StringComparison.Ordinal)) continue;
            if (entry[LinkMode.Length..].Split('\t', 2) is [var commit, var path]) links.Add((path, commit));
        }

        return links;
    }

    /// <summary>URLs by path, of the output of <c>config -z --list</c>; paths without one are left out.</summary>
    public static Dictionary<string, string> Urls(string config) =>
        Described(config).Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);

    /// <summary>Every path that is described there, with its URL, or null where it has none.</summary>
    public static Dictionary<string, string?> Described(string config)
    {
        var (paths, urls) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var entry in config.Split('\0'))
        {
            if (entry.Split('\n', 2) is not [var key, var value] || !key.StartsWith("submodule.", StringComparison.Ordinal)) continue;
            var dot = key.LastIndexOf('.');
            var values = key[(dot + 1)..] switch { "path" => paths, "url" => urls, _ => null };
            values?[key[..dot]] = value;
        }

        return paths.GroupBy(pair => pair.Value, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(pair => urls.GetValueOrDefault(pair.Key)).LastOrDefault(url => url is not null), StringComparer.Ordinal);
    }
}
