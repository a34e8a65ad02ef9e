using System.Xml.Linq;
using Paas.Testing;

namespace Paas.Architecture.Tests;

/// <summary>The projects of the repository and their references, read from the project files.</summary>
internal static class ProjectGraph
{
    /// <summary>Every project under src/ and web/, by name without the <c>Paas.</c> prefix.</summary>
    public static IReadOnlyDictionary<string, Project> Product { get; } = Read("src", "web");

    public static IReadOnlyDictionary<string, Project> Tests { get; } = Read("tests");

    private static Dictionary<string, Project> Read(params string[] folders) =>
        folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/apps/", StringComparison.Ordinal))
            .Select(Load)
            .ToDictionary(project => project.Name);

    private static Project Load(string path)
    {
        var document = XDocument.Load(path);
        var references = document.Descendants("ProjectReference")
            .Select(reference => ShortName(Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)))
            .ToHashSet();
        var packages = document.Descendants("PackageReference").Select(p => p.Attribute("Include")!.Value).ToHashSet();
        var ownVersions = document.Descendants("PackageReference").Any(p => p.Attribute("Version") is not null);
        return new Project(ShortName(Path.GetFileNameWithoutExtension(path)), path, references, packages, ownVersions);
    }

    private static string ShortName(string project) => project.StartsWith("Paas.", StringComparison.Ordinal) ? project[5..] : project;
}

internal sealed record Project(string Name, string Path, IReadOnlySet<string> References, IReadOnlySet<string> Packages, bool HasOwnVersions);
