using Paas.Build.Choosing;
using Paas.Launch.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>The buildpacks that an order can name: those of this host, and those that an app brings.</summary>
public sealed class BuildpackCatalog
{
    /// <summary>What the ids of the platform's own begin with.</summary>
    public const string Own = "paas/";

    private const string Heroku = "heroku/";

    private readonly List<Buildpack> _buildpacks = [];

    /// <summary>All of them, the strongest first.</summary>
    public IReadOnlyList<Buildpack> All => _buildpacks;

    /// <summary>Reads each directory in a directory that holds a buildpack.</summary>
    /// <exception cref="BuildException">One cannot be read; names its descriptor.</exception>
    public static BuildpackCatalog Load(string directory)
    {
        var catalog = new BuildpackCatalog();
        foreach (var child in Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
        {
            if (!File.Exists(Path.Combine(child, Buildpack.Descriptor))) continue;
            var buildpack = Read(child, Path.GetFileName(child));
            if (catalog._buildpacks.Exists(other => other.Id == buildpack.Id && other.Version == buildpack.Version))
            {
                throw new BuildException($"there are two buildpacks '{buildpack}' in {directory}", "Remove one of them.");
            }

            catalog._buildpacks.Add(buildpack);
        }

        return catalog;
    }

    /// <summary>Reads one buildpack.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">What people call it.</param>
    /// <exception cref="BuildException">It cannot be read; names its descriptor.</exception>
    public static Buildpack Read(string directory, string name)
    {
        try
        {
            return Buildpack.Load(directory);
        }
        catch (Exception exception) when (exception is TomlException or NotSupportedException or IOException)
        {
            throw new BuildException(
                $"the buildpack {name} cannot be used: {name}/{Buildpack.Descriptor}: {exception.Message}", inner: exception);
        }
    }

    /// <summary>The same and others, which are stronger.</summary>
    public BuildpackCatalog With(IEnumerable<Buildpack> others)
    {
        var catalog = new BuildpackCatalog();
        catalog._buildpacks.AddRange(others);
        catalog._buildpacks.AddRange(_buildpacks);
        return catalog;
    }

    /// <summary>
    /// The buildpack of an id, of a version where one is asked for; null where there is none. The platform's own are found by their
    /// last name too, and by Heroku's for the same language, which is what an <c>app.json</c> from there has.
    /// </summary>
    public Buildpack? Find(string id, string? version) => FindExactly(id, version) ?? (OwnName(id) is { } own ? FindExactly(own, version) : null);

    /// <summary>The buildpack that a person named by its id; null where there is none.</summary>
    public Buildpack? Find(BuildpackSource named) => Find(named.Reference.Id, named.Reference.Version);

    private static string? OwnName(string id) =>
        !id.Contains('/') ? Own + id : id.StartsWith(Heroku, StringComparison.OrdinalIgnoreCase) ? Own + id[Heroku.Length..] : null;

    private Buildpack? FindExactly(string id, string? version) => _buildpacks.Find(buildpack =>
        string.Equals(buildpack.Id, id, StringComparison.OrdinalIgnoreCase) && (version is null or "latest" || buildpack.Version == version));
}
