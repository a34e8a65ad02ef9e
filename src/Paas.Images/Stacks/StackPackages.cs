namespace Paas.Images.Stacks;

/// <summary>The Debian packages of an image, as its dpkg knows them.</summary>
public static class StackPackages
{
    private const string StatusFile = "var/lib/dpkg/status";

    /// <summary>Package → version; <c>name:architecture</c> where the package is of another architecture than the image. Empty where there is no dpkg.</summary>
    /// <exception cref="ContentNotFoundException">A layer is missing.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(ImageStore images, Image image, CancellationToken cancellationToken)
    {
        var key = ImageStore.TemporaryKey();
        var mount = await images.ViewAsync(image, key, cancellationToken);
        try
        {
            // The uppermost layer that has the file has all of it: dpkg writes it anew.
            var file = mount.LowerDirectories.Select(directory => Path.Combine(directory, StatusFile)).FirstOrDefault(IsFile);
            return file is null ? new Dictionary<string, string>() : Parse(File.ReadLines(file));
        }
        finally
        {
            images.Snapshotter.Remove(key);
        }
    }

    /// <summary>Reads a status file (deb-control(5): paragraphs of fields); packages that are not installed are left out.</summary>
    public static IReadOnlyDictionary<string, string> Parse(IEnumerable<string> lines)
    {
        var packages = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var (name, version, installed) = ("", "", false);
        foreach (var line in lines.Append(""))
        {
            if (line.Length == 0)
            {
                if (installed && name.Length > 0 && version.Length > 0) packages[name] = version;
                (name, version, installed) = ("", "", false);
            }
            else if (Field(line, "Package") is { } package)
            {
                name = package;
            }
            else if (Field(line, "Version") is { } said)
            {
                version = said;
            }
            else if (Field(line, "Status") is { } status)
            {
                installed = status.EndsWith(" installed", StringComparison.Ordinal);
            }
        }

        return packages;
    }

    /// <summary>What is added, gone or of another version, by name.</summary>
    public static IReadOnlyList<PackageChange> Compare(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
    [
        .. before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Select(name => new PackageChange(name, before.GetValueOrDefault(name), after.GetValueOrDefault(name)))
            .Where(change => change.From != change.To),
    ];

    private static string? Field(string line, string name) =>
        line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase) ? line[(name.Length + 1)..].Trim() : null;

    // Images bring links along that lead out of their directory.
    private static bool IsFile(string path) => new FileInfo(path) is { Exists: true, LinkTarget: null };
}

/// <summary>A package that is not what it was.</summary>
/// <param name="Name">Of the package.</param>
/// <param name="From">The version before; null where it is new.</param>
/// <param name="To">The version now; null where it is gone.</param>
public sealed record PackageChange(string Name, string? From, string? To);
