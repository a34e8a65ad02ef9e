using System.Text.RegularExpressions;
using Paas.Launch.Processes;
using Paas.Launch.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>A buildpack of this host: a directory with <c>buildpack.toml</c>, <c>bin/detect</c> and <c>bin/build</c>.</summary>
/// <param name="Id">Unique, e.g. <c>paas/nodejs</c>.</param>
/// <param name="Version">e.g. <c>0.1.0</c>.</param>
/// <param name="Name">For people, e.g. <c>Node.js</c>.</param>
/// <param name="ClearEnv">True keeps the app's config vars out of its environment; they stay in <c>/platform/env</c>.</param>
/// <param name="Wants">What an app needs for it to pass, for the message when nothing passes; from <c>metadata.wants</c>.</param>
/// <param name="Directory">Absolute path on this host.</param>
public sealed partial record Buildpack(
    string Id, string Version, string Name, bool ClearEnv, string? Wants, string Directory)
{
    /// <summary>The versions of the Buildpack API that are spoken here.</summary>
    public static IReadOnlyList<string> Apis { get; } = ["0.10", "0.11", "0.12"];

    /// <summary>The version that it is written for.</summary>
    public string Api { get; init; } = Apis[0];

    /// <summary>The id as a file name: the spec's layers directory of this buildpack.</summary>
    public string EscapedId => LaunchedBuildpack.Escape(Id);

    /// <summary>The files without which it never passes; from <c>metadata.signs</c>.</summary>
    public SourceSigns Signs { get; init; } = new([]);

    public override string ToString() => $"{Id} {Version}";

    /// <summary>Reads a buildpack.</summary>
    /// <exception cref="TomlException">Its descriptor is wrong.</exception>
    /// <exception cref="NotSupportedException">It speaks another API, or is a composite.</exception>
    public static Buildpack Load(string directory)
    {
        var document = TomlParser.Parse(File.ReadAllText(Path.Combine(directory, "buildpack.toml")));
        var api = document.Required("api");
        if (!Apis.Contains(api)) throw new NotSupportedException($"{directory}: Buildpack API {api} is not supported; this platform speaks {string.Join(", ", Apis)}");
        if (document["order"] is not null) throw new NotSupportedException($"{directory}: composite buildpacks are not supported");
        var own = document.Table("buildpack") ?? throw new TomlException(1, "'buildpack' is missing");
        var id = own.Required("id");
        if (!IdText().IsMatch(id) || id is "config" or "app" or "sbom") throw new TomlException(own.Line, $"'{id}' is not a buildpack id");
        var metadata = document.Table("metadata");
        return new Buildpack(
            id,
            own.Required("version"),
            own.Text("name") ?? id,
            own.Boolean("clear-env") ?? false,
            metadata?.Text("wants"),
            Path.GetFullPath(directory))
        {
            Api = api,
            Signs = new SourceSigns(metadata?.Strings("signs") ?? []),
        };
    }

    [GeneratedRegex(@"^[A-Za-z0-9./-]+\z")]
    private static partial Regex IdText();
}
