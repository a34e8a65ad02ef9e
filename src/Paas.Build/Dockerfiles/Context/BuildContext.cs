using Paas.Build.Dockerfiles.Building;
using Paas.Build.Sources;
using Paas.Contracts.Sources;

namespace Paas.Build.Dockerfiles.Context;

/// <summary>The files that a build can copy.</summary>
internal static class BuildContext
{
    /// <summary>Removes what the ignore file names; that of the Dockerfile's own name goes before <c>.dockerignore</c>.</summary>
    /// <exception cref="BuildException">A pattern is wrong.</exception>
    public static IgnorePatterns Prepare(DockerfileBuildConfig config)
    {
        var tree = new UntrustedTree(config.ContextDirectory);
        var own = $"{CleanPath.Of(config.Dockerfile).TrimStart('/')}.dockerignore";
        var name = tree.Kind(own) is null ? ".dockerignore" : own;
        if (tree.ReadText(name) is not { } text) return IgnorePatterns.None;
        try
        {
            var ignored = IgnorePatterns.Parse(text);
            if (!ignored.IsEmpty) Remove(config.ContextDirectory, "", ignored);
            return ignored;
        }
        catch (FormatException error)
        {
            throw new BuildException($"{name}: {error.Message}", "Correct that line.", error);
        }
    }

    /// <summary>Removes ignored files below a directory; true where nothing is left in it.</summary>
    private static bool Remove(string root, string directory, IgnorePatterns ignored)
    {
        var isEmpty = true;
        foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(root, directory)).ToList())
        {
            var relative = Path.Combine(directory, Path.GetFileName(path));
            var status = EntryStatus.Of(path) ?? throw EntryStatus.Unnameable(relative);
            var isIgnored = ignored.Ignores(relative);
            if (isIgnored && (status.Kind != FileKind.Directory || !ignored.BringsBack))
            {
                TreeRemoval.Remove(path);
                continue;
            }

            // A directory that is out stays as the way to what is in again.
            if (status.Kind == FileKind.Directory && Remove(root, relative, ignored) && isIgnored) Directory.Delete(path);
            else isEmpty = false;
        }

        return isEmpty;
    }
}
