using Paas.Build.Lifecycle;
using Paas.Contracts.Api;
using Paas.ControlPlane.Builds;

namespace Paas.ControlPlane.Buildpacks;

/// <summary>The bills of materials of each build: files beside its output, which go when that goes.</summary>
internal sealed class BuildBills(BuildOutputs outputs)
{
    /// <summary>Where a build puts them.</summary>
    internal string DirectoryOf(string app, int number) => Path.Combine(outputs.DirectoryOf(app, number), "sbom");

    /// <summary>All of a build, by path; none where its buildpacks made none.</summary>
    internal IReadOnlyList<BillOfMaterialsDocument> List(string app, int number)
    {
        var root = DirectoryOf(app, number);
        if (!Directory.Exists(root)) return [];
        return
        [
            .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(file => (Path: Path.GetRelativePath(root, file), Size: new FileInfo(file).Length))
                .OrderBy(file => file.Path, StringComparer.Ordinal)
                .Select(file => new BillOfMaterialsDocument(file.Path, BillsOfMaterials.MediaTypeOf(file.Path) ?? "application/json", file.Size)),
        ];
    }

    /// <summary>What is known of one build goes for another that took its image.</summary>
    internal void Copy(string app, int from, int to)
    {
        foreach (var bill in List(app, from))
        {
            var copy = Path.Combine(DirectoryOf(app, to), bill.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(DirectoryOf(app, from), bill.Path), copy, overwrite: true);
        }
    }
}
