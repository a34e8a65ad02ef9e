using Paas.Launch.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>A buildpack's place in a group.</summary>
/// <param name="Buildpack">The buildpack.</param>
/// <param name="Optional">True where the group passes without it.</param>
public sealed record GroupMember(Buildpack Buildpack, bool Optional);

/// <summary>
/// Which groups of buildpacks are tried, first match wins: <c>order.toml</c> beside the buildpacks, in the form of a builder's
/// (platform spec, "order.toml").
/// </summary>
public sealed record BuildpackOrder(IReadOnlyList<IReadOnlyList<GroupMember>> Groups)
{
    /// <summary>Each buildpack once, in the order in which it is tried.</summary>
    public IEnumerable<Buildpack> Buildpacks => Groups.SelectMany(group => group).Select(member => member.Buildpack).Distinct();

    /// <summary>Reads <c>order.toml</c> and every buildpack of a directory.</summary>
    /// <exception cref="BuildException">Something in it is wrong; names the file.</exception>
    public static BuildpackOrder Load(string directory)
    {
        var file = directory;
        try
        {
            var buildpacks = new Dictionary<string, Buildpack>(StringComparer.OrdinalIgnoreCase);
            foreach (var child in Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
            {
                file = Path.Combine(child, "buildpack.toml");
                if (!File.Exists(file)) continue;
                var buildpack = Buildpack.Load(child);
                if (!buildpacks.TryAdd(buildpack.Id, buildpack)) throw new TomlException(1, $"there are two buildpacks '{buildpack.Id}'");
            }

            file = Path.Combine(directory, "order.toml");
            return Parse(File.ReadAllText(file), buildpacks);
        }
        catch (Exception exception) when (exception is TomlException or NotSupportedException or IOException)
        {
            throw new BuildException(
                $"the buildpacks of this host cannot be read: {file}: {exception.Message}", "Install the platform again.", exception);
        }
    }

    internal static BuildpackOrder Parse(string text, IReadOnlyDictionary<string, Buildpack> buildpacks)
    {
        var groups = new List<IReadOnlyList<GroupMember>>();
        foreach (var order in TomlParser.Parse(text).Tables("order"))
        {
            var group = new List<GroupMember>();
            foreach (var entry in order.Tables("group"))
            {
                var id = entry.Required("id");
                if (!buildpacks.TryGetValue(id, out var buildpack)) throw new TomlException(entry.Line, $"there is no buildpack '{id}'");
                group.Add(new GroupMember(buildpack, entry.Boolean("optional") ?? false));
            }

            if (group.Count > 0) groups.Add(group);
        }

        return groups.Count > 0 ? new BuildpackOrder(groups) : throw new TomlException(1, "no order");
    }
}
