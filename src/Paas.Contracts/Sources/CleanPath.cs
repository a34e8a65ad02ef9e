namespace Paas.Contracts.Sources;

/// <summary>Paths as Go's <c>path.Clean</c> and <c>path.Join</c> write them.</summary>
public static class CleanPath
{
    /// <summary>The shortest way to say the same path; <c>.</c> for nothing.</summary>
    public static string Of(string path)
    {
        var isAbsolute = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0 && parts[^1] != "..") parts.RemoveAt(parts.Count - 1);
            else if (!isAbsolute) parts.Add(part);
        }

        var clean = string.Join('/', parts);
        return isAbsolute ? $"/{clean}" : clean.Length == 0 ? "." : clean;
    }

    /// <summary>A path as seen from a directory; an absolute one is only cleaned.</summary>
    public static string Join(string directory, string path) => Of(path.StartsWith('/') ? path : $"{directory}/{path}");
}
