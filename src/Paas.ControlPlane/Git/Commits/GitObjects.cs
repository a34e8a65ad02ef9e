namespace Paas.ControlPlane.Git.Commits;

/// <summary>A repository and other places that its objects may be in: the quarantine of a push, the repositories of its submodules.</summary>
/// <param name="Repository">A git directory.</param>
/// <param name="Others">Directories of objects (gitrepository-layout(5), <c>objects</c>).</param>
internal sealed record GitObjects(string Repository, IReadOnlyList<string> Others)
{
    /// <summary>The environment in which git reads them (git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES).</summary>
    internal Dictionary<string, string> ForReading() => new(StringComparer.Ordinal)
    {
        ["GIT_DIR"] = Repository,
        ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = Joined(Others),
    };

    /// <summary>The environment in which what git makes goes elsewhere.</summary>
    /// <param name="directory">Takes new objects and the index.</param>
    internal Dictionary<string, string> ForWriting(string directory) => new(StringComparer.Ordinal)
    {
        ["GIT_DIR"] = Repository,
        ["GIT_OBJECT_DIRECTORY"] = Directory.CreateDirectory(Path.Combine(directory, "objects")).FullName,
        ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = Joined([Path.Combine(Repository, "objects"), .. Others]),
        ["GIT_INDEX_FILE"] = Path.Combine(directory, "index"),
        // Some commands for the index will not run without one.
        ["GIT_WORK_TREE"] = Directory.CreateDirectory(Path.Combine(directory, "tree")).FullName,
    };

    // Quoted as in C where a path has a colon (git(1)).
    private static string Joined(IEnumerable<string> directories) => string.Join(':', directories.Select(path =>
        path.Contains(':', StringComparison.Ordinal) || path.StartsWith('"') ? $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : path));
}
