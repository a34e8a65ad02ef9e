using Paas.Build.Buildpacks;
using Paas.Build.Sources;
using Paas.Launch.Processes;

namespace Paas.Build.Lifecycle;

/// <summary>
/// The bills of materials that buildpacks leave beside their layers (buildpack spec, "Software-Bill-of-Materials"): those of what is
/// launched become a layer of the image, those of the build stay behind.
/// </summary>
internal static class BillsOfMaterials
{
    /// <summary>Where an image has them.</summary>
    public const string Target = BuildDirectories.LayersTarget + "/sbom/launch";

    private const string Infix = ".sbom.";

    private const UnixFileMode Directories = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Documents = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // CycloneDX, SPDX and Syft.
    private static readonly string[] Formats = ["cdx.json", "spdx.json", "syft.json"];

    /// <summary>The layer that a file is the bill of; null for a file that is none.</summary>
    public static string? LayerOf(string file) =>
        Formats.FirstOrDefault(format => file.EndsWith(Infix + format, StringComparison.Ordinal)) is { } format ? file[..^(Infix.Length + format.Length)] : null;

    /// <summary>Copies those of what is launched.</summary>
    /// <param name="members">The group that built.</param>
    /// <param name="layers">What it made.</param>
    /// <param name="layersDirectory">Absolute path of the build's layers on this host.</param>
    /// <param name="target">A directory that is not there.</param>
    /// <returns>How many there were; without any the directory is not made.</returns>
    /// <exception cref="BuildException">One is no file.</exception>
    public static int Gather(IReadOnlyList<ResolvedMember> members, IReadOnlyList<BuiltLayer> layers, string layersDirectory, string target)
    {
        var count = 0;
        foreach (var buildpack in members.Select(member => member.Buildpack))
        {
            var tree = new UntrustedTree(Path.Combine(layersDirectory, buildpack.EscapedId));
            var launched = layers.Where(layer => layer.Buildpack == buildpack && layer.Metadata.Types.Launch).Select(layer => layer.Name).ToHashSet();
            foreach (var file in tree.Names())
            {
                // launch.sbom.* is the whole buildpack's; build.sbom.* and a build layer's are not of the image.
                if (LayerOf(file) is not { Length: > 0 } layer || (layer != "launch" && !launched.Contains(layer))) continue;
                if (tree.Kind(file) != FileKind.Regular) throw new BuildException($"{file} of {buildpack.Id} is not a regular file");
                var directory = Path.Combine(target, buildpack.EscapedId, layer == "launch" ? "" : layer);
                Directory.CreateDirectory(directory);
                var copy = Path.Combine(directory, "sbom." + file[(layer.Length + Infix.Length)..]);
                File.Copy(Path.Combine(tree.Root, file), copy);
                File.SetUnixFileMode(copy, Documents);
                count++;
            }
        }

        if (count == 0) return 0;
        foreach (var directory in Directory.EnumerateDirectories(target, "*", SearchOption.AllDirectories).Append(target)) File.SetUnixFileMode(directory, Directories);
        return count;
    }
}
