using Paas.Build.Buildpacks;
using Paas.Launch.Processes;

namespace Paas.Build.Lifecycle;

/// <summary>A layer as a buildpack left it.</summary>
/// <param name="Buildpack">Who made it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Metadata">Its types and what the next build gets to see.</param>
/// <param name="Directory">Absolute path on this host; null where the buildpack left only metadata: the former layer is used again.</param>
/// <param name="Path">Absolute path in the container.</param>
internal sealed record BuiltLayer(Buildpack Buildpack, string Name, LayerMetadata Metadata, string? Directory, string Path);

/// <summary>What the build phase left behind.</summary>
/// <param name="Layers">Those that are for something, by buildpack in the order of the group, then by name.</param>
/// <param name="Launch">Each buildpack's <c>launch.toml</c>, in the order of the group.</param>
/// <param name="Stores">Buildpack id → <c>store.toml</c>.</param>
internal sealed record BuiltApp(
    IReadOnlyList<BuiltLayer> Layers,
    IReadOnlyList<(Buildpack Buildpack, LaunchMetadata Metadata)> Launch,
    IReadOnlyDictionary<string, string> Stores);
