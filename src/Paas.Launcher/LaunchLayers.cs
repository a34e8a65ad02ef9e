using System.Text;
using Paas.Launch.Environments;
using Paas.Launch.Processes;

namespace Paas.Launcher;

/// <summary>A launch layer of the image.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Directory">Absolute path.</param>
internal sealed record LaunchLayer(string Name, string Directory)
{
    private static readonly string[] PathDirectories = ["bin", "lib"];

    /// <summary>What it adds to a process' environment.</summary>
    internal LayerEnvironment Environment(string? type)
    {
        var sets = new List<IReadOnlyList<EnvironmentFile>> { Variables("env"), Variables("env.launch") };
        if (type is not null) sets.Add(Variables($"env.launch/{type}"));
        return new LayerEnvironment(Name, Directory, [.. PathDirectories.Where(path => System.IO.Directory.Exists(Path.Combine(Directory, path)))], sets);
    }

    /// <summary>The files of a directory of it, sorted, then those for one process type.</summary>
    internal IEnumerable<string> Files(string directory, string? type) =>
        type is null ? FilesOf(directory) : FilesOf(directory).Concat(FilesOf($"{directory}/{type}"));

    private List<EnvironmentFile> Variables(string directory) =>
        [.. FilesOf(directory).Select(path => new EnvironmentFile(Path.GetFileName(path), File.ReadAllText(path, Encoding.UTF8)))];

    private string[] FilesOf(string directory)
    {
        var path = Path.Combine(Directory, directory);
        if (!System.IO.Directory.Exists(path)) return [];
        var files = System.IO.Directory.GetFiles(path);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}

/// <summary>The launch layers of an image.</summary>
internal static class LaunchLayers
{
    /// <summary>Those of each buildpack, in the order of the group, then by name.</summary>
    internal static IReadOnlyList<IReadOnlyList<LaunchLayer>> Find(string root, IReadOnlyList<LaunchedBuildpack> buildpacks) =>
        [.. buildpacks.Select(buildpack => Path.Combine(root, buildpack.EscapedId)).Where(Directory.Exists).Select(Of)];

    private static List<LaunchLayer> Of(string directory) =>
        [.. Directory.GetDirectories(directory).Order(StringComparer.Ordinal).Select(path => new LaunchLayer(Path.GetFileName(path), path))];
}
