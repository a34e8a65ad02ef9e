using System.Text.Json.Nodes;
using Paas.Build.Buildpacks;
using Paas.Build.Cache;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Launch.Processes;

namespace Paas.Build.Lifecycle;

/// <summary>What the labels of an image are about.</summary>
/// <param name="Options">The platform's.</param>
/// <param name="RunImage">What everything stands upon.</param>
/// <param name="Members">The group that built it.</param>
/// <param name="Processes">Its process types, and who declared them.</param>
/// <param name="Layers">What the buildpacks made.</param>
/// <param name="App">The app's layers, slices first.</param>
/// <param name="Launcher">The launcher's layer.</param>
/// <param name="Config">What the launcher reads.</param>
/// <param name="Types">The links of the process types.</param>
internal sealed record ImageFacts(
    BuildOptions Options,
    Image RunImage,
    IReadOnlyList<ResolvedMember> Members,
    IReadOnlyList<(Buildpack Buildpack, LaunchProcess Process)> Processes,
    IReadOnlyList<StoredLayer> Layers,
    IReadOnlyList<Layer> App,
    Layer Launcher,
    Layer Config,
    Layer Types)
{
    /// <summary>The bills of materials; null where there is none.</summary>
    public Layer? Bills { get; init; }

    /// <summary>Where the source came from; null where that is not known.</summary>
    public JsonObject? Project { get; init; }
}

/// <summary>The labels that tools for Cloud Native Buildpacks read (platform spec, "Labels").</summary>
internal static class ImageLabels
{
    /// <summary>The Platform API whose image format this is.</summary>
    public const string PlatformApi = "0.13";

    /// <summary>The label that says what built the image, and its process types.</summary>
    public const string BuildMetadataLabel = "io.buildpacks.build.metadata";

    /// <summary>The label that says which layer is whose.</summary>
    public const string LifecycleMetadataLabel = "io.buildpacks.lifecycle.metadata";

    public static void Set(IDictionary<string, string> labels, ImageFacts facts)
    {
        labels["io.buildpacks.stack.id"] = facts.Options.StackId;
        labels[BuildMetadataLabel] = BuildMetadata(facts).ToJsonString();
        if (facts.Project is { } project) labels[ProjectMetadata.Label] = project.ToJsonString();
        labels[LifecycleMetadataLabel] = LifecycleMetadata(facts).ToJsonString();
    }

    private static JsonObject BuildMetadata(ImageFacts facts) => new()
    {
        ["buildpacks"] = Array(facts.Members.Select(member => new JsonObject
        {
            ["id"] = member.Buildpack.Id,
            ["version"] = member.Buildpack.Version,
        })),
        ["launcher"] = new JsonObject { ["version"] = typeof(ImageLabels).Assembly.GetName().Version!.ToString(3) },
        ["processes"] = Array(facts.Processes.Select(entry => Process(entry.Buildpack, entry.Process))),
    };

    private static JsonObject Process(Buildpack buildpack, LaunchProcess process)
    {
        var json = new JsonObject
        {
            ["type"] = process.Type,
            ["command"] = Array(process.Command.Select(word => JsonValue.Create(word))),
            ["args"] = Array(process.Arguments.Select(word => JsonValue.Create(word))),
            ["direct"] = process.Direct,
            ["buildpackID"] = buildpack.Id,
        };
        if (process.WorkingDirectory is not null) json["working-dir"] = process.WorkingDirectory;
        return json;
    }

    private static JsonObject LifecycleMetadata(ImageFacts facts)
    {
        var metadata = LayerMetadata(facts);
        if (facts.Bills is { } bills) metadata["sbom"] = Sha(bills);
        return metadata;
    }

    private static JsonObject LayerMetadata(ImageFacts facts) => new()
    {
        ["app"] = Array(facts.App.Select(Sha)),
        ["config"] = Sha(facts.Config),
        ["launcher"] = Sha(facts.Launcher),
        ["process-types"] = Sha(facts.Types),
        ["runImage"] = new JsonObject
        {
            ["topLayer"] = facts.RunImage.Config.Rootfs.DiffIds[^1].ToString(),
            ["reference"] = $"{facts.Options.RunImage}@{facts.RunImage.Digest}",
        },
        ["buildpacks"] = Array(facts.Members.Select(member => new JsonObject
        {
            ["key"] = member.Buildpack.Id,
            ["version"] = member.Buildpack.Version,
            ["layers"] = Layers(facts.Layers.Where(layer => layer.Buildpack == member.Buildpack.Id && layer.Blob is not null)),
        })),
    };

    private static JsonObject Sha(Layer layer) => new() { ["sha"] = layer.DiffId.ToString() };

    private static JsonObject Layers(IEnumerable<StoredLayer> layers)
    {
        var json = new JsonObject();
        foreach (var layer in layers)
        {
            json[layer.Name] = new JsonObject
            {
                ["sha"] = layer.Blob!.DiffId.ToString(),
                ["build"] = layer.Types.Build,
                ["cache"] = layer.Types.Cache,
                ["launch"] = layer.Types.Launch,
            };
        }

        return json;
    }

    private static JsonArray Array(IEnumerable<JsonNode?> nodes) => [.. nodes];
}
