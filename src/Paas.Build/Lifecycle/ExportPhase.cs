using System.Text.Json.Nodes;
using Paas.Build.Buildpacks;
using Paas.Build.Cache;
using Paas.Build.Sources;
using Paas.Images;
using Paas.Images.Compression;
using Paas.Images.Layers;
using Paas.Launch.Processes;

namespace Paas.Build.Lifecycle;

/// <summary>The image of a build, and what the cache needs to remember of it.</summary>
internal sealed record ExportedApp(BuildOutcome Outcome, CacheState Cache);

/// <summary>
/// Puts the launch layers and the app upon the run image (buildpack spec, "Phase #4: Export"): a layer each, the app uppermost, so
/// that a change of the source changes one layer. A layer whose directory nobody touched since it was last made is not read again.
/// </summary>
internal sealed class ExportPhase(
    ImageStore images, Image runImage, BuildCache cache, BuildOptions options, LauncherLayers launcher, string scratch, PushOutput output)
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly LayerOwner Owner = new((int)BuildDirectories.Owner, (int)BuildDirectories.Owner);

    private readonly List<(string Name, long Bytes)> _reused = [];
    private readonly List<(string Name, long Bytes)> _added = [];

    /// <summary>Where the source came from, for the image's label; null where that is not known.</summary>
    public JsonObject? Project { get; init; }

    /// <summary>Where the build's bills of materials are kept; null keeps none.</summary>
    public string? BillsDirectory { get; init; }

    public async Task<ExportedApp> RunAsync(
        IReadOnlyList<ResolvedMember> members, BuiltApp built, SourceTree source, CancellationToken ct)
    {
        // The launcher is undermost: with the run image it is the beginning of every app's chain, and unpacked once.
        var builder = ImageBuilder.From(images, runImage);
        var program = await launcher.LauncherAsync(Path.Combine(scratch, "launcher"), ct);
        builder.AddLayer(program, "launcher");
        var stored = new List<StoredLayer>();
        foreach (var layer in built.Layers)
        {
            var exported = await ExportLayerAsync(layer, ct);
            stored.Add(exported);
            if (exported.Blob is { } blob) builder.AddLayer(blob, $"{layer.Buildpack}: {layer.Name}");
        }

        var processes = ProcessTypes.WithDefault(built.Launch);
        var plan = new LaunchPlan(
            [.. members.Select(member => new LaunchedBuildpack(member.Buildpack.Id, member.Buildpack.Version, member.Buildpack.Api))],
            [.. processes.Select(entry => entry.Process)]);
        var config = await launcher.ConfigAsync(plan, Path.Combine(scratch, "config"), ct);
        var types = await launcher.ProcessesAsync(plan.Processes.Select(process => process.Type), Path.Combine(scratch, "processes"), ct);
        var bills = await AddBillsAsync(builder, members, built, ct);
        builder.AddLayer(config, "configuration of the launcher").AddLayer(types, "process types");
        foreach (var place in members.Select(member => member.Buildpack.Place).OfType<string>().Distinct())
        {
            builder.AddLayer(await launcher.PlaceAsync(place, Path.Combine(scratch, "place"), ct), "place of the app");
        }

        var app = await AddAppAsync(builder, built, source, ct);

        ImageLabels.Set(builder.Labels, new ImageFacts(options, runImage, members, processes, stored, app, program, config, types) { Bills = bills, Project = Project });
        Configure(builder, built, plan);
        var image = await builder.CommitAsync(ct);
        Report(image);
        var commands = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var process in plan.Processes) commands[process.Type] = process.ShellCommand;
        return new ExportedApp(
            new BuildOutcome(image.Digest, commands, image.Manifest.Layers.Sum(layer => layer.Size))
            {
                Reuse = $"{Count(_added)} new ({ByteSize.Text(_added.Sum(layer => layer.Bytes))}), {Count(_reused)} reused",
            },
            new CacheState(stored, built.Stores));
    }

    private async Task<Layer?> AddBillsAsync(ImageBuilder builder, IReadOnlyList<ResolvedMember> members, BuiltApp built, CancellationToken ct)
    {
        var directory = Path.Combine(scratch, "sbom");
        var count = BillsOfMaterials.Gather(members, built.Layers, cache.LayersDirectory, directory);
        Layer? layer = null;
        if (count.Launch > 0)
        {
            var launched = Path.Combine(directory, BillsOfMaterials.Launch);
            layer = await LayerWriter.WriteDirectoryAsync(images.Content, launched, new LayerOptions { Target = BillsOfMaterials.Target, Owner = LayerOwner.Root }, ct);
            builder.AddLayer(layer, "bills of materials");
        }

        if (BillsDirectory is not null) BillsOfMaterials.Keep(directory, BillsDirectory);
        return layer;
    }

    /// <summary>The app's slices, then what is left of it.</summary>
    private async Task<IReadOnlyList<Layer>> AddAppAsync(ImageBuilder builder, BuiltApp built, SourceTree source, CancellationToken ct)
    {
        // Never compressed: it is written on every push and read once.
        var layout = new LayerOptions
        {
            Target = BuildDirectories.AppTarget, Owner = Owner, ModifiedAt = source.ModifiedAt, Compression = LayerCompression.None,
        };
        var slices = AppSlices.Split(source.Path, built.Launch.SelectMany(entry => entry.Metadata.Slices), Path.Combine(scratch, "slices"));
        var layers = new List<Layer>();
        foreach (var directory in slices.Append(source.Path))
        {
            var layer = await LayerWriter.WriteDirectoryAsync(images.Content, directory, layout, ct);
            var name = layers.Count < slices.Count ? $"app slice {layers.Count + 1}" : "app";
            builder.AddLayer(layer, name);
            _added.Add((name, layer.Descriptor.Size));
            layers.Add(layer);
        }

        return layers;
    }

    private async Task<StoredLayer> ExportLayerAsync(BuiltLayer layer, CancellationToken ct)
    {
        var types = layer.Metadata.Types;
        var former = cache.Find(layer.Buildpack, layer.Name);
        var (fingerprint, bytes) = layer.Directory is { } directory ? TreeFingerprint.Of(directory) : (null, former?.Bytes ?? 0);
        var name = $"{layer.Buildpack.Id}:{layer.Name}";
        var blob = types.Launch ? cache.Reuse(layer.Buildpack, layer.Name, fingerprint) : null;
        if (blob is not null)
        {
            _reused.Add((name, bytes));
        }
        else if (types.Launch)
        {
            if (layer.Directory is null)
            {
                throw new BuildException(
                    $"{layer.Buildpack.Id} wants to use layer '{layer.Name}' of the build before, which there is not",
                    "This is a fault of the buildpack.");
            }

            blob = await LayerWriter.WriteDirectoryAsync(
                images.Content, layer.Directory, new LayerOptions { Target = layer.Path, Owner = Owner }, ct);
            _added.Add((name, bytes));
        }

        return new StoredLayer(layer.Buildpack.Id, layer.Name, types, layer.Metadata.Restorable, fingerprint, bytes, blob);
    }

    private static void Configure(ImageBuilder builder, BuiltApp built, LaunchPlan plan)
    {
        foreach (var (_, metadata) in built.Launch)
        {
            foreach (var (key, value) in metadata.Labels) builder.Labels[key] = value;
        }

        builder.Env["CNB_LAYERS_DIR"] = BuildDirectories.LayersTarget;
        builder.Env["CNB_APP_DIR"] = BuildDirectories.AppTarget;
        builder.Env["CNB_PLATFORM_API"] = ImageLabels.PlatformApi;
        builder.Env["CNB_DEPRECATION_MODE"] = "quiet";
        builder.Env["PATH"] = $"{LauncherLayers.Processes}:{Path.GetDirectoryName(LauncherLayers.Launcher)}:{(builder.Env.TryGetValue("PATH", out var path) ? path : DefaultPath)}";
        builder.Entrypoint = [plan.Processes.FirstOrDefault(process => process.Default) is { } start ? $"{LauncherLayers.Processes}/{start.Type}" : LauncherLayers.Launcher];
        builder.Command = null;
        builder.WorkingDirectory = BuildDirectories.AppTarget;
        builder.User = $"{BuildDirectories.Owner}:{BuildDirectories.Owner}";
    }

    private static string Count(List<(string Name, long Bytes)> layers) => layers.Count == 1 ? "1 layer" : $"{layers.Count} layers";

    private void Report(Image image)
    {
        foreach (var (name, bytes) in _reused) output.Detail($"Reusing layer {name} ({ByteSize.Text(bytes)})");
        foreach (var (name, bytes) in _added) output.Detail($"Adding layer {name} ({ByteSize.Text(bytes)})");
    }
}
