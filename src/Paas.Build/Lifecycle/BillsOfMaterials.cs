using Paas.Build.Buildpacks;
using Paas.Build.Sources;
using Paas.Launch.Processes;

namespace Paas.Build.Lifecycle;

/// <summary>How many bills of materials a build left.</summary>
/// <param name="Launch">Of what is launched.</param>
/// <param name="Build">Of what only the build had.</param>
internal readonly record struct BillCount(int Launch, int Build);

/// <summary>
/// The bills of materials that buildpacks leave beside their layers (buildpack spec, "Software-Bill-of-Materials"): those of what is
/// launched become a layer of the image; they and those of the build are kept with the build.
/// </summary>
public static class BillsOfMaterials
{
    /// <summary>Directory of those of what is launched.</summary>
    internal const string Launch = "launch";

    /// <summary>Directory of those of what only the build had.</summary>
    internal const string Build = "build";

    /// <summary>Where an image has them.</summary>
    internal const string Target = BuildDirectories.LayersTarget + "/sbom/" + Launch;

    private const string Infix = ".sbom.";

    private const UnixFileMode Directories = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Documents = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly Dictionary<string, string> MediaTypes = new(StringComparer.Ordinal)
    {
        ["cdx.json"] = "application/vnd.cyclonedx+json",
        ["spdx.json"] = "application/spdx+json",
        ["syft.json"] = "application/vnd.syft+json",
    };

    /// <summary>The media type of a bill by the end of its file's name; null for what is none.</summary>
    public static string? MediaTypeOf(string path) => MediaTypes.FirstOrDefault(one => path.EndsWith("sbom." + one.Key, StringComparison.Ordinal)).Value;

    /// <summary>The layer that a file is the bill of; null for a file that is none.</summary>
    internal static string? LayerOf(string file) => Split(file) is { } bill && MediaTypes.ContainsKey(bill.Format) ? bill.Layer : null;

    /// <summary>Copies them: <c>launch/BUILDPACK/[LAYER/]sbom.FORMAT</c>, and the same below <c>build</c>.</summary>
    /// <param name="members">The group that built.</param>
    /// <param name="layers">What it made.</param>
    /// <param name="layersDirectory">Absolute path of the build's layers on this host.</param>
    /// <param name="target">A directory that is not there; not made where there are none.</param>
    /// <exception cref="BuildException">One is no file, or of a format that its buildpack does not declare.</exception>
    internal static BillCount Gather(IReadOnlyList<ResolvedMember> members, IReadOnlyList<BuiltLayer> layers, string layersDirectory, string target)
    {
        var (launched, built) = (0, 0);
        foreach (var buildpack in members.Select(member => member.Buildpack))
        {
            var tree = new UntrustedTree(Path.Combine(layersDirectory, buildpack.EscapedId));
            var types = layers.Where(layer => layer.Buildpack == buildpack).ToDictionary(layer => layer.Name, layer => layer.Metadata.Types);
            foreach (var file in tree.Names())
            {
                if (Split(file) is not var (layer, format) || tree.Kind(file) == FileKind.Directory) continue;
                Check(buildpack, file, format, tree);
                var of = types.GetValueOrDefault(layer);
                if (layer == Launch || of is { Launch: true })
                {
                    Copy(Launch);
                    launched++;
                }

                if (layer == Build || of is { Build: true } or { Launch: false })
                {
                    Copy(Build);
                    built++;
                }

                void Copy(string phase) => CopyTo(Path.Combine(tree.Root, file), Path.Combine(target, phase, buildpack.EscapedId, layer is Launch or Build ? "" : layer), "sbom." + format);
            }
        }

        if (launched + built == 0) return default;
        foreach (var directory in Directory.EnumerateDirectories(target, "*", SearchOption.AllDirectories).Append(target)) File.SetUnixFileMode(directory, Directories);
        return new BillCount(launched, built);
    }

    /// <summary>Keeps what was gathered of a build that is done.</summary>
    /// <param name="gathered">Where it is; gone afterwards.</param>
    /// <param name="kept">Where it is to be; of an earlier attempt there may be others.</param>
    internal static void Keep(string gathered, string kept)
    {
        TreeRemoval.Remove(kept);
        if (Directory.Exists(gathered)) Directory.Move(gathered, kept);
    }

    // Any .sbom.*.json is meant as one, whatever its format.
    private static (string Layer, string Format)? Split(string file) =>
        file.LastIndexOf(Infix, StringComparison.Ordinal) is var at and > 0 && file.EndsWith(".json", StringComparison.Ordinal) && file[..at] is not ("." or "..")
            ? (file[..at], file[(at + Infix.Length)..])
            : null;

    private static void Check(Buildpack buildpack, string file, string format, UntrustedTree tree)
    {
        if (tree.Kind(file) != FileKind.Regular) throw new BuildException($"{file} of {buildpack.Id} is not a regular file");
        if (!MediaTypes.TryGetValue(format, out var type))
            throw new BuildException($"{file} of {buildpack.Id} is a bill of materials of no known format", $"Known are {string.Join(", ", MediaTypes.Keys.Select(known => Infix + known))}. This is a fault of the buildpack.");
        if (!buildpack.BillFormats.Contains(type))
            throw new BuildException($"{file} of {buildpack.Id} is of a format that the buildpack does not declare", $"Its {Buildpack.Descriptor} needs, under [buildpack]: sbom-formats = [\"{type}\"].");
    }

    private static void CopyTo(string file, string directory, string name)
    {
        Directory.CreateDirectory(directory);
        var copy = Path.Combine(directory, name);
        File.Copy(file, copy);
        File.SetUnixFileMode(copy, Documents);
    }
}
