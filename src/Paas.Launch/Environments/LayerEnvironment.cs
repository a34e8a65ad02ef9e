namespace Paas.Launch.Environments;

/// <summary>When an environment is for.</summary>
public enum EnvironmentPhase
{
    /// <summary>Later buildpacks' <c>bin/build</c>.</summary>
    Build,

    /// <summary>The app's processes.</summary>
    Launch,
}

/// <summary>One file of a layer's <c>env</c>, <c>env.build</c>, <c>env.launch</c> or <c>env.launch/&lt;process&gt;</c>.</summary>
/// <param name="FileName">e.g. <c>PATH.prepend</c>.</param>
/// <param name="Content">Taken as it is.</param>
public sealed record EnvironmentFile(string FileName, string Content)
{
    /// <summary>The variable: the name up to the first period.</summary>
    public string Variable => FileName.Split('.', 2)[0];

    /// <summary>What follows the first period: how the content is applied.</summary>
    public string Action => FileName.Split('.', 2) is [_, var action] ? action : "";
}

/// <summary>What a layer adds to an environment.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Path">Its absolute path in the container.</param>
/// <param name="Directories">Which of <c>bin lib include pkgconfig</c> it has.</param>
/// <param name="FileSets">Its environment files, weakest first: <c>env</c>, then the phase's, then the process'.</param>
public sealed record LayerEnvironment(
    string Name, string Path, IReadOnlyCollection<string> Directories, IReadOnlyList<IReadOnlyList<EnvironmentFile>> FileSets)
{
    private static readonly (string Variable, string Directory, bool Launch)[] LayerPaths =
    [
        ("PATH", "bin", true),
        ("LD_LIBRARY_PATH", "lib", true),
        ("LIBRARY_PATH", "lib", false),
        ("CPATH", "include", false),
        ("PKG_CONFIG_PATH", "pkgconfig", false),
    ];

    /// <summary>The variables that are lists of layer paths.</summary>
    public static bool IsLayerPath(string variable) => LayerPaths.Any(path => path.Variable == variable);

    /// <summary>
    /// Applies the layers of one buildpack (buildpack spec, "Environment"). Call it for each buildpack in the order of the group.
    /// </summary>
    public static void Apply(IDictionary<string, string> environment, EnvironmentPhase phase, IEnumerable<LayerEnvironment> layers)
    {
        var sorted = layers.OrderBy(layer => layer.Name, StringComparer.Ordinal).ToList();
        // Within a buildpack the paths ascend by layer name, in front of what there was: the last is prepended first.
        foreach (var layer in Enumerable.Reverse(sorted)) layer.PrependPaths(environment, phase);
        foreach (var layer in sorted)
        {
            foreach (var files in layer.FileSets) ApplyFiles(environment, files);
        }
    }

    private void PrependPaths(IDictionary<string, string> environment, EnvironmentPhase phase)
    {
        foreach (var (variable, directory, launch) in LayerPaths)
        {
            if (!Directories.Contains(directory) || (phase == EnvironmentPhase.Launch && !launch)) continue;
            environment[variable] = Concatenate($"{Path}/{directory}", Value(environment, variable), ":");
        }
    }

    private static void ApplyFiles(IDictionary<string, string> environment, IReadOnlyList<EnvironmentFile> files)
    {
        foreach (var file in files.OrderBy(file => file.FileName, StringComparer.Ordinal))
        {
            var former = Value(environment, file.Variable);
            var delimiter = files.FirstOrDefault(other => other.Variable == file.Variable && other.Action == "delim")?.Content ?? "";
            switch (file.Action)
            {
                case "" or "override": environment[file.Variable] = file.Content; break;
                case "append": environment[file.Variable] = Concatenate(former, file.Content, delimiter); break;
                case "prepend": environment[file.Variable] = Concatenate(file.Content, former, delimiter); break;
                case "default" when former.Length == 0: environment[file.Variable] = file.Content; break;
            }
        }
    }

    private static string Concatenate(string first, string second, string delimiter) =>
        first.Length == 0 ? second : second.Length == 0 ? first : first + delimiter + second;

    private static string Value(IDictionary<string, string> environment, string variable) =>
        environment.TryGetValue(variable, out var value) ? value : "";
}
