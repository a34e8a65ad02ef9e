using Paas.Contracts.Errors;

namespace Paas.Build.Sources.Archives;

/// <summary>Paths that archives give, and that must stay within the source.</summary>
public static class ArchivePaths
{
    /// <summary>Without <c>./</c> and slashes that mean nothing; empty for the top itself. InvalidRequest for one that leads out.</summary>
    public static string Clean(string name)
    {
        if (name.StartsWith('/') || name.Contains('\0', StringComparison.Ordinal) || name.Contains('\\', StringComparison.Ordinal)) throw Hostile(name, "is no relative path");
        var parts = name.Split('/').Where(part => part is not ("" or ".")).ToList();
        return parts.Contains("..") ? throw Hostile(name, "leads out of the archive") : string.Join('/', parts);
    }

    /// <summary>InvalidRequest where a symbolic link leads out of the top.</summary>
    /// <param name="name">The link, clean.</param>
    /// <param name="target">Where it leads.</param>
    public static void CheckLink(string name, string target)
    {
        if (target.Length == 0 || target.StartsWith('/') || target.Contains('\0', StringComparison.Ordinal)) throw Hostile(name, $"is a link out of the archive, to {target}");
        var depth = name.Count(c => c == '/');
        foreach (var part in target.Split('/'))
        {
            depth += part switch { "" or "." => 0, ".." => -1, _ => 1 };
            if (depth < 0) throw Hostile(name, $"is a link out of the archive, to {target}");
        }
    }

    public static PaasException Hostile(string name, string why) =>
        new(ErrorCode.InvalidRequest, $"the archive is refused: {name.ReplaceLineEndings(" ")} {why}", "Make it anew, of the source's directory: tar -cz -C DIR .");
}
