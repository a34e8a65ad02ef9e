using Paas.Build.Sources;
using Paas.Images.Trees;
using Paas.Linux;

namespace Paas.Build.Lifecycle;

/// <summary>
/// Parts of the app that buildpacks name in <c>launch.toml</c> because they change less often than the rest: each becomes a layer
/// of its own (buildpack spec, "Phase #4: Export", slices).
/// </summary>
internal static class AppSlices
{
    /// <summary>Moves the files of each slice out of the app; a file goes with the first slice that names it.</summary>
    /// <param name="app">The app's directory.</param>
    /// <param name="slices">Globs of each, relative to the app's directory.</param>
    /// <param name="scratch">A directory of the build's own, on the same filesystem.</param>
    /// <returns>The directories of those that have files, in their order.</returns>
    /// <exception cref="BuildException">A glob is wrong.</exception>
    public static IReadOnlyList<string> Split(string app, IEnumerable<IReadOnlyList<string>> slices, string scratch)
    {
        var made = new List<string>();
        foreach (var globs in slices)
        {
            var directory = Path.Combine(scratch, $"slice-{made.Count}");
            foreach (var path in globs.SelectMany(glob => Find(app, glob)))
            {
                if (!IsReachable(app, path)) continue;
                MakeParents(app, directory, path);
                Move(Path.Combine(app, path), Path.Combine(directory, path));
            }

            if (Directory.Exists(directory)) made.Add(directory);
        }

        return made;
    }

    private static List<string> Find(string app, string glob)
    {
        try
        {
            using var tree = FileTree.Of(app);
            return [.. new TreeGlob(tree).Find(FileTree.Raw(glob)).Select(FileTree.Text).Where(path => path.Length > 0)];
        }
        catch (FormatException exception)
        {
            throw new BuildException($"a slice's pattern '{glob}' is wrong: {exception.Message}", inner: exception);
        }
    }

    // Never through a link, which may lead out of the app; and not twice.
    private static bool IsReachable(string app, string path)
    {
        var at = app;
        foreach (var part in path.Split('/').SkipLast(1))
        {
            at = Path.Combine(at, part);
            if (part is "." or ".." || EntryStatus.Of(at)?.Kind != FileKind.Directory) return false;
        }

        return path.Split('/')[^1] is not ("." or "..") && EntryStatus.Of(Path.Combine(app, path)) is not null;
    }

    private static void MakeParents(string app, string slice, string path)
    {
        MakeLike(app, slice);
        var parts = path.Split('/');
        for (var depth = 1; depth < parts.Length; depth++)
        {
            var parent = string.Join('/', parts[..depth]);
            MakeLike(Path.Combine(app, parent), Path.Combine(slice, parent));
        }
    }

    private static void MakeLike(string model, string path)
    {
        if (Directory.Exists(path)) return;
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, File.GetUnixFileMode(model));
        Files.ChangeOwner(path, BuildDirectories.Owner, BuildDirectories.Owner);
    }

    // A directory that a former pattern took something of is there already.
    private static void Move(string from, string to)
    {
        if (EntryStatus.Of(from)!.Value.Kind != FileKind.Directory)
        {
            File.Move(from, to);
            return;
        }

        if (EntryStatus.Of(to) is null)
        {
            Directory.Move(from, to);
            return;
        }

        foreach (var entry in Directory.GetFileSystemEntries(from)) Move(entry, Path.Combine(to, Path.GetFileName(entry)));
        Directory.Delete(from);
    }
}
