using System.Text.RegularExpressions;
using Paas.Build.Sources;
using Paas.Launch.Processes;
using Paas.Launch.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>A buildpack: a directory with <c>buildpack.toml</c>, and <c>bin/build</c> or an order of others (buildpack spec, "buildpack.toml").</summary>
/// <param name="Id">Unique, e.g. <c>paas/nodejs</c>.</param>
/// <param name="Version">e.g. <c>0.1.0</c>.</param>
/// <param name="Name">For people, e.g. <c>Node.js</c>.</param>
/// <param name="ClearEnv">True keeps the app's config vars out of its environment; they stay in <c>/platform/env</c>.</param>
/// <param name="Wants">What an app needs for it to pass, for the message when nothing passes; from <c>metadata.wants</c>.</param>
/// <param name="Directory">Absolute path on this host.</param>
public sealed partial record Buildpack(
    string Id, string Version, string Name, bool ClearEnv, string? Wants, string Directory)
{
    /// <summary>Id of the one that reads a Procfile.</summary>
    public const string Procfile = "paas/procfile";

    /// <summary>Id of the one that provides Debian packages for others.</summary>
    public const string Packages = "paas/apt";

    /// <summary>Name of the descriptor.</summary>
    public const string Descriptor = "buildpack.toml";

    /// <summary>
    /// The versions of the Buildpack API that are spoken here. Between 0.7 and 0.10 nothing that a buildpack writes came to mean something
    /// else but the processes; its stacks are passed over.
    /// </summary>
    public static IReadOnlyList<string> Apis { get; } = ["0.7", "0.8", "0.9", "0.10", "0.11", "0.12"];

    /// <summary>The version that it is written for.</summary>
    public string Api { get; init; } = Apis[^1];

    /// <summary>True where a process that says nothing of it is a line for a shell: before Buildpack API 0.9.</summary>
    public bool HasShellProcesses => Api is "0.7" or "0.8";

    /// <summary>The groups of a composite buildpack, first match wins; none where it builds itself.</summary>
    public IReadOnlyList<IReadOnlyList<BuildpackReference>> Order { get; init; } = [];

    /// <summary>What it can build for; none for anything.</summary>
    public IReadOnlyList<BuildpackTarget> Targets { get; init; } = [];

    /// <summary>False for one that always takes part: without a <c>bin/detect</c>.</summary>
    public bool HasDetect { get; init; } = true;

    /// <summary>False for one that is for other execution environments than ours alone.</summary>
    public bool IsForUs { get; init; } = true;

    /// <summary>Absolute path at which it expects the app beside the spec's, in the build and in the image; null for none.</summary>
    public string? Place { get; init; }

    /// <summary>Media types of the bills of materials that it makes, without parameters; from <c>sbom-formats</c>.</summary>
    public IReadOnlyList<string> BillFormats { get; init; } = [];

    /// <summary>The id as a file name: the spec's layers directory of this buildpack.</summary>
    public string EscapedId => LaunchedBuildpack.Escape(Id);

    /// <summary>The files without which it never passes; from <c>metadata.signs</c>.</summary>
    public SourceSigns Signs { get; init; } = new([]);

    public override string ToString() => $"{Id} {Version}";

    /// <summary>Reads a buildpack; nothing in its directory is followed out of it.</summary>
    /// <exception cref="TomlException">Its descriptor is wrong.</exception>
    /// <exception cref="NotSupportedException">It speaks another API.</exception>
    /// <exception cref="BuildException">A file of it cannot be read.</exception>
    public static Buildpack Load(string directory)
    {
        var tree = new UntrustedTree(Path.GetFullPath(directory));
        var document = TomlParser.Parse(tree.ReadText(Descriptor) ?? throw new TomlException(1, "there is no such file"));
        var api = document.Required("api");
        if (!Apis.Contains(api)) throw new NotSupportedException($"Buildpack API {api} is not supported; this platform speaks {string.Join(", ", Apis)}");
        var own = document.Table("buildpack") ?? throw new TomlException(1, "'buildpack' is missing");
        var id = own.Required("id");
        if (!IdText().IsMatch(id) || id is "config" or "app" or "sbom") throw new TomlException(own.Line, $"'{id}' is not a buildpack id");
        var version = own.Required("version");
        if (!VersionText().IsMatch(version)) throw new TomlException(own.Line, $"'{version}' is not a version");
        var order = BuildpackReference.ReadOrder(document);
        if (order.Count == 0 && tree.Kind("bin/build") is null) throw new TomlException(1, "it has neither bin/build nor an order of other buildpacks");
        var metadata = document.Table("metadata");
        return new Buildpack(id, version, own.Text("name") ?? id, own.Boolean("clear-env") ?? false, metadata?.Text("wants"), tree.Root)
        {
            Api = api,
            Order = order,
            Targets = [.. document.Tables("targets").Select(BuildpackTarget.Read)],
            HasDetect = tree.Kind("bin/detect") is not null,
            IsForUs = ExecutionEnvironment.Includes(own),
            BillFormats = [.. (own.Strings("sbom-formats") ?? []).Select(type => type.Split(';')[0].Trim())],
            Signs = new SourceSigns(metadata?.Strings("signs") ?? []),
        };
    }

    [GeneratedRegex(@"^[A-Za-z0-9./-]+\z")]
    private static partial Regex IdText();

    [GeneratedRegex(@"^[0-9A-Za-z.+~_-]{1,64}\z")]
    private static partial Regex VersionText();
}
