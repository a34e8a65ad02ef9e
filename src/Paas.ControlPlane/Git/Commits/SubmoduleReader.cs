using Paas.Build.Remotes;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Git.Commits;

/// <summary>A commit of another repository inside a commit (gitsubmodules(7)).</summary>
/// <param name="Path">Where its files belong.</param>
/// <param name="Commit">The commit's id.</param>
/// <param name="Url">As <c>.gitmodules</c> says; null where it does not.</param>
internal sealed record Submodule(string Path, string Commit, string? Url);

/// <summary>Finds a commit's submodules.</summary>
internal static class SubmoduleReader
{
    private const string File = ".gitmodules";
    private const string LinkMode = "160000 commit ";

    /// <summary>By path; none where git cannot read the commit.</summary>
    internal static async Task<IReadOnlyList<Submodule>> ReadAsync(GitObjects objects, string commit, CancellationToken ct)
    {
        var env = objects.ForReading();
        var tree = await GitProgram.RunAsync(["ls-tree", "-r", "-z", "--full-tree", commit], env, ct);
        var links = Links(tree.Output);
        if (links.Count == 0) return [];
        var described = await GitProgram.RunAsync(["cat-file", "-e", $"{commit}:{File}"], env, ct);
        if (described.ExitCode != 0) return [.. links.Select(link => new Submodule(link.Path, link.Commit, null))];
        var config = await GitProgram.RunAsync(["config", "--blob", $"{commit}:{File}", "-z", "--list"], env, ct);
        if (config.ExitCode != 0)
            throw new PaasException(ErrorCode.InvalidRequest, $"{File} cannot be read: {config.Errors}", "git submodule says what is wrong with it.");
        var urls = Urls(config.Output);
        return [.. links.Select(link => new Submodule(link.Path, link.Commit, urls.GetValueOrDefault(link.Path)))];
    }

    /// <summary>The gitlinks in the output of <c>ls-tree -r -z</c>.</summary>
    internal static List<(string Path, string Commit)> Links(string entries)
    {
        var links = new List<(string, string)>();
        foreach (var entry in entries.Split('\0'))
        {
            if (!entry.StartsWith(LinkMode, StringComparison.Ordinal)) continue;
            if (entry[LinkMode.Length..].Split('\t', 2) is [var commit, var path]) links.Add((path, commit));
        }

        return links;
    }

    /// <summary>URLs by path, of the output of <c>config -z --list</c>.</summary>
    internal static Dictionary<string, string> Urls(string config)
    {
        var (paths, urls) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var entry in config.Split('\0'))
        {
            if (entry.Split('\n', 2) is not [var key, var value] || !key.StartsWith("submodule.", StringComparison.Ordinal)) continue;
            var dot = key.LastIndexOf('.');
            var values = key[(dot + 1)..] switch { "path" => paths, "url" => urls, _ => null };
            values?[key[..dot]] = value;
        }

        return paths.Where(pair => urls.ContainsKey(pair.Key)).GroupBy(pair => pair.Value, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => urls[group.Last().Key], StringComparer.Ordinal);
    }
}
