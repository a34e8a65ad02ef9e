using Paas.Build.Buildpacks;
using Paas.Build.Sources;
using Paas.Launch.Environments;
using Paas.Launch.Processes;
using Paas.Launch.Toml;

namespace Paas.Build.Lifecycle;

/// <summary>Reads what a buildpack left in its layers directory after its container has ended.</summary>
/// <param name="buildpack">Whose directory it is.</param>
/// <param name="directory">Absolute path on this host.</param>
internal sealed class LayersDirectory(Buildpack buildpack, string directory)
{
    private static readonly string[] Reserved = ["build", "launch", "store", ".", ".."];
    private static readonly string[] PathDirectories = ["bin", "lib", "include", "pkgconfig"];

    private readonly UntrustedTree _tree = new(directory);

    /// <summary>
    /// The layers that are for something, by name. The others are renamed to <c>&lt;layer&gt;.ignore</c>, so that no later buildpack
    /// comes to depend on them.
    /// </summary>
    public IReadOnlyList<BuiltLayer> ReadLayers()
    {
        var names = _tree.Names();
        var layers = new List<BuiltLayer>();
        foreach (var name in names.Where(name => name.EndsWith(".toml", StringComparison.Ordinal)).Select(name => name[..^5]))
        {
            if (Reserved.Contains(name) || name.Length == 0) continue;
            var metadata = Parse($"{name}.toml", LayerMetadata.Parse)!;
            if (metadata.Types.Any) layers.Add(new BuiltLayer(buildpack, name, metadata, DirectoryOf(name), TargetOf(name)));
        }

        foreach (var name in names.Where(name => layers.TrueForAll(layer => layer.Name != name) && _tree.IsDirectory(name)))
        {
            if (!name.EndsWith(".ignore", StringComparison.Ordinal) && _tree.Kind(name + ".ignore") is null)
            {
                Directory.Move(Path.Combine(_tree.Root, name), Path.Combine(_tree.Root, name + ".ignore"));
            }
        }

        return layers;
    }

    /// <summary><c>launch.toml</c>, empty where there is none.</summary>
    public LaunchMetadata ReadLaunch() => Parse("launch.toml", text => LaunchMetadata.Parse(text, direct: !buildpack.HasShellProcesses)) ?? LaunchMetadata.Empty;

    /// <summary>The names under <c>unmet</c> in <c>build.toml</c>.</summary>
    public IReadOnlyList<string> ReadUnmet() =>
        Parse("build.toml", text => TomlParser.Parse(text).Tables("unmet").Select(entry => entry.Required("name")).ToList()) ?? [];

    /// <summary><c>store.toml</c>, checked, as text; null where there is none.</summary>
    public string? ReadStore() => Parse("store.toml", text => TomlWriter.Write(TomlParser.Parse(text)));

    /// <summary>What a layer adds to the environment of the buildpacks that come later.</summary>
    public LayerEnvironment ReadBuildEnvironment(string name) => new(
        name,
        TargetOf(name),
        [.. PathDirectories.Where(path => _tree.IsDirectory($"{name}/{path}"))],
        [Files($"{name}/env"), Files($"{name}/env.build")]);

    private List<EnvironmentFile> Files(string relative) =>
        [.. _tree.Names(relative)
            .Where(file => _tree.Kind($"{relative}/{file}") == FileKind.Regular)
            .Select(file => new EnvironmentFile(file, _tree.ReadText($"{relative}/{file}")!))];

    private string TargetOf(string name) => $"{BuildDirectories.LayersTarget}/{buildpack.EscapedId}/{name}";

    private string? DirectoryOf(string name) => _tree.Kind(name) switch
    {
        FileKind.Directory => Path.Combine(_tree.Root, name),
        null => null,
        _ => throw new BuildException($"layer {buildpack.Id}:{name} is not a directory"),
    };

    private T? Parse<T>(string file, Func<string, T> parse)
        where T : class
    {
        try
        {
            return _tree.ReadText(file) is { } text ? parse(text) : null;
        }
        catch (TomlException exception)
        {
            throw new BuildException($"{file} of {buildpack.Id} is wrong: {exception.Message}", inner: exception);
        }
    }
}
