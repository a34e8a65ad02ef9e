using System.Text.Json.Nodes;
using Paas.Build.Buildpacks;
using Paas.Build.Cache;
using Paas.Images;
using Paas.Images.Layers;

namespace Paas.Build.Lifecycle;

/// <summary>The labels that tools for Cloud Native Buildpacks read (platform spec, "Labels").</summary>
internal static class ImageLabels
{
    public static void Set(
        IDictionary<string, string> labels,
        BuildOptions options,
        Image runImage,
        IReadOnlyList<ResolvedMember> members,
        IReadOnlyList<(Buildpack Buildpack, LaunchProcess Process)> processes,
        IReadOnlyList<StoredLayer> layers,
        Layer app)
    {
        labels["io.buildpacks.stack.id"] = options.StackId;
        labels["io.buildpacks.build.metadata"] = new JsonObject
        {
            ["buildpacks"] = Array(members.Select(member => new JsonObject
            {
                ["id"] = member.Buildpack.Id,
                ["version"] = member.Buildpack.Version,
            })),
            ["processes"] = Array(processes.Select(entry => new JsonObject
            {
                ["type"] = entry.Process.Type,
                ["command"] = Array(entry.Process.Command.Take(1).Select(word => JsonValue.Create(word))),
                ["args"] = Array(entry.Process.Command.Skip(1).Select(word => JsonValue.Create(word))),
                ["direct"] = true,
                ["buildpackID"] = entry.Buildpack.Id,
            })),
        }.ToJsonString();
        labels["io.buildpacks.lifecycle.metadata"] = new JsonObject
        {
            ["app"] = Array([new JsonObject { ["sha"] = app.DiffId.ToString() }]),
            ["runImage"] = new JsonObject
            {
                ["topLayer"] = runImage.Config.Rootfs.DiffIds[^1].ToString(),
                ["reference"] = $"{options.RunImage}@{runImage.Digest}",
            },
            ["buildpacks"] = Array(members.Select(member => new JsonObject
            {
                ["key"] = member.Buildpack.Id,
                ["version"] = member.Buildpack.Version,
                ["layers"] = Layers(layers.Where(layer => layer.Buildpack == member.Buildpack.Id && layer.Blob is not null)),
            })),
        }.ToJsonString();
    }

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
