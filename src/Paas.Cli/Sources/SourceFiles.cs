using Paas.Cli.Git;
using Paas.Contracts.Errors;
using Paas.Contracts.Sources;

namespace Paas.Cli.Sources;

/// <summary>
/// Which files of a directory are its source. In a git work tree, those that git has or would add (gitignore(5)); elsewhere all but what
/// <c>.dockerignore</c> and <c>.slugignore</c> name.
/// </summary>
internal static class SourceFiles
{
    private static readonly string[] IgnoreFiles = [".dockerignore", ".slugignore"];

    /// <summary>Paths relative to the directory, with slashes, each once, in order.</summary>
    /// <exception cref="PaasException">git does not want to list them, or a pattern is wrong.</exception>
    public static IReadOnlyList<string> Of(string directory)
    {
        var files = IsWorkTree(directory) ? OfWorkTree(directory, "") : OfDirectory(directory);
        return [.. files.Distinct().Order(StringComparer.Ordinal)];
    }

    private static bool IsWorkTree(string directory) => GitCheckout.Run("-C", directory, "rev-parse", "--is-inside-work-tree") is { Code: 0, Output: "true" };

    private static IEnumerable<string> OfWorkTree(string root, string below)
    {
        var listed = GitCheckout.Run("-C", Path.Combine(root, below), "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        if (listed is not { Code: 0, Output: var names }) throw new PaasException(ErrorCode.InvalidRequest, $"git cannot list the files of {Path.Combine(root, below)}", "It says why: git status");
        foreach (var name in names.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = below.Length == 0 ? name.TrimEnd('/') : $"{below}/{name.TrimEnd('/')}";
            var info = new FileInfo(Path.Combine(root, path));
            // A submodule, or a checkout within this one, is a directory to git's list.
            if (info.LinkTarget is null && Directory.Exists(info.FullName)) foreach (var inner in OfWorkTree(root, path)) yield return inner;
            // What is removed but not committed is in the list still.
            else if (info.Exists || info.LinkTarget is not null) yield return path;
        }
    }

    private static IEnumerable<string> OfDirectory(string directory)
    {
        var text = string.Join('\n', IgnoreFiles.Select(name => Path.Combine(directory, name)).Where(File.Exists).Select(File.ReadAllText));
        IgnorePatterns ignored;
        try
        {
            ignored = IgnorePatterns.Parse(text);
        }
        catch (FormatException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"{string.Join(" or ", IgnoreFiles)}: {error.Message}", "Correct that line.", error);
        }

        return Below(directory, "", ignored);
    }

    private static IEnumerable<string> Below(string root, string directory, IgnorePatterns ignored)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(root, directory)))
        {
            var relative = directory.Length == 0 ? Path.GetFileName(path) : $"{directory}/{Path.GetFileName(path)}";
            if (relative == ".git") continue;
            var isDirectory = (File.GetAttributes(path) & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == FileAttributes.Directory;
            var isIgnored = ignored.Ignores(relative);
            if (!isDirectory && !isIgnored) yield return relative;
            if (isDirectory && (!isIgnored || ignored.BringsBack)) foreach (var inner in Below(root, relative, ignored)) yield return inner;
        }
    }
}
