using System.Formats.Tar;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Paas.Images.Layers;
using Paas.Linux;
using Paas.Oci.Images;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Dockerfiles;

/// <summary>An image as somebody who runs it sees it: its files, with kinds, modes, owners, extended attributes and contents, and its configuration.</summary>
/// <param name="Files">A line each, sorted.</param>
/// <param name="Config">A line for each member, sorted.</param>
public sealed record ImageTree(IReadOnlyList<string> Files, IReadOnlyList<string> Config)
{
    // Of manifest.json, not of ours.
    private const string ConfigMember = "Config";

    private static readonly string[] Members =
        ["Env", "Cmd", "Entrypoint", "User", "WorkingDir", "Labels", "Volumes", "ExposedPorts", "StopSignal", "Healthcheck", "OnBuild", "Shell"];

    /// <summary>Of what <c>docker save</c> writes.</summary>
    public static async Task<ImageTree> OfArchiveAsync(string archive)
    {
        using var directory = new TemporaryDirectory();
        await TarFile.ExtractToDirectoryAsync(archive, directory.Path, overwriteFiles: true);
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(directory.Combine("manifest.json")))![0]!;
        var config = ImageDocuments.ParseConfig(await File.ReadAllBytesAsync(directory.Combine((string)manifest[ConfigMember]!)));
        return await OfLayersAsync(manifest["Layers"]!.AsArray().Select(layer => directory.Combine((string)layer!)), config);
    }

    public static async Task<ImageTree> OfLayersAsync(IEnumerable<string> layers, ImageConfig config)
    {
        using var root = new TemporaryDirectory();
        foreach (var layer in layers)
        {
            await using var blob = File.OpenRead(layer);
            await LayerReader.ApplyAsync(blob, root.Path, WhiteoutHandling.Remove, CancellationToken.None);
        }

        // %n counts links, which a tar may list in any order; one inode has one number of them.
        const string Script = "find . -mindepth 1 -printf '%y %m %U:%G %P' \\( -type f -printf ' links=%n ' -exec sh -c 'sha256sum < \"$1\" | cut -c 1-16' - {} \\; -o -type l -printf ' -> %l\\n' -o -printf '\\n' \\) | LC_ALL=C sort";
        var found = (await new Command("/bin/sh", "-c", Script) { Directory = root.Path }.RunAsync()).Succeeded().Stdout;
        return new ImageTree([.. found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Concat(Attributes(root.Path))], [.. Describe(config)]);
    }

    private static IEnumerable<string> Attributes(string root) =>
        from path in Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        where new FileInfo(path).LinkTarget is null
        from name in ExtendedAttributes.List(path).Order(StringComparer.Ordinal)
        select $"{Path.GetRelativePath(root, path)} {name}={Convert.ToHexString(ExtendedAttributes.Get(path, name) ?? [])}";

    private static IEnumerable<string> Describe(ImageConfig config)
    {
        var execution = JsonNode.Parse(JsonSerializer.Serialize(config.Config))!;
        foreach (var member in Members)
        {
            var value = execution[member];
            // BuildKit, and so we, say of images from scratch what the classic builder leaves open.
            if (member == nameof(ExecutionConfig.WorkingDir) && value?.ToString() == "/") continue;
            if (value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 } || value is JsonValue && value.ToString().Length == 0) continue;
            yield return string.Create(CultureInfo.InvariantCulture, $"{member} = {Sorted(value).ToJsonString()}");
        }
    }

    private static JsonNode Sorted(JsonNode value) => value is JsonObject members
        ? new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())))
        : value;
}
