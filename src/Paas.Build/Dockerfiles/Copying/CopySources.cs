using Paas.Contracts.Sources;
using Paas.Images.Trees;

namespace Paas.Build.Dockerfiles.Copying;

/// <summary>Finds what the sources of a <c>COPY</c> mean in a tree.</summary>
internal static class CopySources
{
    /// <summary>The files of all sources.</summary>
    /// <param name="tree">Where they are.</param>
    /// <param name="sources">Paths or patterns as text, expanded.</param>
    /// <param name="parents">True understands <c>/./</c>, and <c>**</c> as any number of directories.</param>
    /// <exception cref="FormatException">A source is not there, or a pattern wrong.</exception>
    public static IReadOnlyList<CopyItem> Find(FileTree tree, IEnumerable<string> sources, bool parents)
    {
        var glob = new TreeGlob(tree);
        var items = new List<CopyItem>();
        foreach (var source in sources)
        {
            var (path, pivot) = parents ? SplitPivot(source) : (Clean(source), 0);
            if (!TreeGlob.HasWildcard(path))
            {
                if (tree.Status(FileTree.Raw(path)) is null) throw new FormatException($"\"{source}\": not found");
                items.Add(new CopyItem(FileTree.Raw(path), pivot));
                continue;
            }

            // Any number of directories only where they are kept.
            var pattern = parents ? path : string.Join('/', path.Split('/').Select(component => component == "**" ? "*" : component));
            items.AddRange(glob.Find(FileTree.Raw(pattern)).Where(match => tree.Status(match) is not null).Select(match => new CopyItem(match, pivot)));
        }

        return items;
    }

    private static (string Path, int Pivot) SplitPivot(string source)
    {
        var at = source.IndexOf("/./", StringComparison.Ordinal);
        if (at < 0) return (Clean(source), 0);
        var dropped = Clean(source[..at]);
        var kept = Clean(source[(at + 3)..]);
        return (dropped.Length == 0 ? kept : $"{dropped}/{kept}", dropped.Length == 0 ? 0 : dropped.Split('/').Length);
    }

    // Nothing is above the tree, whatever dots say.
    private static string Clean(string path) => CleanPath.Of($"/{path}").TrimStart('/');
}
