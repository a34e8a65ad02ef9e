using System.Text.Json;
using System.Text.Json.Nodes;
using Paas.Launch.Processes;
using Paas.Oci.Images;

namespace Paas.Build.Lifecycle;

/// <summary>The process types of an image that buildpacks made, here or elsewhere, as its labels tell them (platform spec, "io.buildpacks.build.metadata").</summary>
public static class BuiltProcesses
{
    private const string LauncherPlace = "/cnb/";

    /// <summary>Process type → command, as people read it: the image's launcher knows the types by name. Null for an image without a launcher or without types.</summary>
    public static IReadOnlyDictionary<string, string>? Of(ImageConfig image)
    {
        if (image.Config?.Entrypoint is not [var entrypoint, ..] || !entrypoint.StartsWith(LauncherPlace, StringComparison.Ordinal)) return null;
        if (image.Config.Labels?.GetValueOrDefault(ImageLabels.BuildMetadataLabel) is not { } label || Parse(label) is not { } entries) return null;
        var processes = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var process in entries.Select(Process).OfType<LaunchProcess>()) processes.TryAdd(process.Type, process.ShellCommand);
        return processes.Count > 0 ? processes : null;
    }

    private static JsonArray? Parse(string label)
    {
        try
        {
            return (JsonNode.Parse(label) as JsonObject)?["processes"] as JsonArray;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static LaunchProcess? Process(JsonNode? node)
    {
        if (node is not JsonObject entry || Text(entry["type"]) is not { } type || !LaunchProcess.IsType(type)) return null;
        var command = Words(entry["command"]);
        if (command.Count == 0) return null;
        return new LaunchProcess(type, command, Words(entry["args"]))
        {
            Direct = entry["direct"] is not JsonValue direct || !direct.TryGetValue(out bool isDirect) || isDirect,
            WorkingDirectory = Text(entry["working-dir"]),
        };
    }

    // One word until Platform API 0.9, a list since.
    private static IReadOnlyList<string> Words(JsonNode? node) => node is JsonArray words
        ? [.. words.Select(Text).OfType<string>()]
        : Text(node) is { Length: > 0 } word ? [word] : [];

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
