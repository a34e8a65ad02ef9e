using Paas.Build.Buildpacks;
using Paas.Build.Cache;
using Paas.Build.Sources;
using Paas.Images;
using Paas.Images.Compression;
using Paas.Images.Layers;

namespace Paas.Build.Lifecycle;

/// <summary>The image of a build, and what the cache needs to remember of it.</summary>
internal sealed record ExportedApp(BuildOutcome Outcome, CacheState Cache);

/// <summary>
/// Puts the launch layers and the app upon the run image (buildpack spec, "Phase #4: Export"): a layer each, the app uppermost, so
/// that a change of the source changes one layer. A layer whose directory nobody touched since it was last made is not read again.
/// </summary>
internal sealed class ExportPhase(ImageStore images, Image runImage, BuildCache cache, BuildOptions options, PushOutput output)
{
    private static readonly LayerOwner Owner = new((int)BuildDirectories.Owner, (int)BuildDirectories.Owner);

    private readonly List<(string Name, long Bytes)> _reused = [];
    private readonly List<(string Name, long Bytes)> _added = [];

    public async Task<ExportedApp> RunAsync(
        IReadOnlyList<ResolvedMember> members, BuiltApp built, SourceTree source, CancellationToken ct)
    {
        var builder = ImageBuilder.From(images, runImage);
        var stored = new List<StoredLayer>();
        foreach (var layer in built.Layers)
        {
            var exported = await ExportLayerAsync(layer, ct);
            stored.Add(exported);
            if (exported.Blob is { } blob) builder.AddLayer(blob, $"{layer.Buildpack}: {layer.Name}");
        }

        // Never compressed: it is written on every push and read once.
        var layout = new LayerOptions
        {
            Target = BuildDirectories.AppTarget, Owner = Owner, ModifiedAt = source.ModifiedAt, Compression = LayerCompression.None,
        };
        var app = await LayerWriter.WriteDirectoryAsync(images.Content, source.Path, layout, ct);
        builder.AddLayer(app, "the app");
        _added.Add(("app", app.Descriptor.Size));

        var processes = Configure(builder, members, built, stored, app);
        var image = await builder.CommitAsync(ct);
        Report(image);
        return new ExportedApp(
            new BuildOutcome(image.Digest, processes, image.Manifest.Layers.Sum(layer => layer.Size))
            {
                Reuse = $"{Count(_added)} new ({ByteSize.Text(_added.Sum(layer => layer.Bytes))}), {Count(_reused)} reused",
            },
            new CacheState(stored, built.Stores));
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

    private OrderedDictionary<string, string> Configure(
        ImageBuilder builder, IReadOnlyList<ResolvedMember> members, BuiltApp built, IReadOnlyList<StoredLayer> stored, Layer app)
    {
        var common = LaunchEnvironment(members, built, BuildSandbox.EnvironmentOf(runImage), process: null);
        foreach (var (name, value) in common) builder.Env[name] = value;
        var combined = ProcessTypes.Combine(built.Launch);
        var commands = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (_, process) in combined)
        {
            var own = LaunchEnvironment(members, built, new Dictionary<string, string>(common), process.Type);
            commands[process.Type] = ProcessTypes.WithVariables(process.ShellCommand, common, own);
        }

        foreach (var (_, metadata) in built.Launch)
        {
            foreach (var (key, value) in metadata.Labels) builder.Labels[key] = value;
        }

        ImageLabels.Set(builder.Labels, options, runImage, members, combined, stored, app);
        builder.Entrypoint = ["/usr/bin/tini", "--"];
        builder.WorkingDirectory = BuildDirectories.AppTarget;
        builder.User = $"{BuildDirectories.Owner}:{BuildDirectories.Owner}";
        var start = ProcessTypes.Default([.. combined.Select(entry => entry.Process)]);
        builder.Command = start is null ? null : ["/bin/sh", "-c", commands[start.Type]];
        return commands;
    }

    /// <summary>Applies the launch layers to an environment: what is for all processes, or what one type has of its own.</summary>
    private Dictionary<string, string> LaunchEnvironment(
        IReadOnlyList<ResolvedMember> members, BuiltApp built, Dictionary<string, string> env, string? process)
    {
        foreach (var buildpack in members.Select(member => member.Buildpack))
        {
            var left = new LayersDirectory(buildpack, Path.Combine(cache.LayersDirectory, buildpack.EscapedId));
            var layers = built.Layers.Where(layer => layer.Buildpack == buildpack && layer.Metadata.Types.Launch).ToList();
            if (process is null)
            {
                foreach (var layer in layers.Where(layer => left.HasExecD(layer.Name)))
                {
                    output.Warning($"{buildpack.Id}:{layer.Name} has exec.d programs; this platform does not run them yet");
                }
            }

            LayerEnvironment.Apply(
                env,
                EnvironmentPhase.Launch,
                layers.Select(layer => left.ReadEnvironment(layer.Name, EnvironmentPhase.Launch, process))
                    .Select(layer => process is null ? layer : layer with { Directories = [] }));
        }

        return env;
    }

    private static string Count(List<(string Name, long Bytes)> layers) => layers.Count == 1 ? "1 layer" : $"{layers.Count} layers";

    private void Report(Image image)
    {
        foreach (var (name, bytes) in _reused) output.Detail($"Reusing layer {name} ({ByteSize.Text(bytes)})");
        foreach (var (name, bytes) in _added) output.Detail($"Adding layer {name} ({ByteSize.Text(bytes)})");
    }
}
