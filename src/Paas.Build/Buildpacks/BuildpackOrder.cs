using Paas.Launch.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>A buildpack's place in a group.</summary>
/// <param name="Buildpack">The buildpack.</param>
/// <param name="Optional">True where the group passes without it.</param>
public sealed record GroupMember(Buildpack Buildpack, bool Optional);

/// <summary>
/// Which groups of buildpacks are tried, first match wins: <c>order.toml</c> beside the buildpacks, in the form of a builder's
/// (platform spec, "order.toml"). Composite buildpacks are replaced by what they stand for (buildpack spec, "Order Resolution").
/// </summary>
public sealed record BuildpackOrder(IReadOnlyList<IReadOnlyList<GroupMember>> Groups)
{
    private const int MaximumDepth = 16;

    // Groups of composites multiply; a buildpack that nests them must not occupy the host.
    private const int MaximumGroups = 200;
    private const int MaximumSteps = 2000;

    /// <summary>Each buildpack once, in the order in which it is tried.</summary>
    public IEnumerable<Buildpack> Buildpacks => Groups.SelectMany(group => group).Select(member => member.Buildpack).Distinct();

    /// <summary>Reads <c>order.toml</c> and every buildpack of a directory.</summary>
    /// <exception cref="BuildException">Something in it is wrong; names the file.</exception>
    public static BuildpackOrder Load(string directory) => Load(directory, BuildpackCatalog.Load(directory));

    /// <summary>Reads <c>order.toml</c>.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static BuildpackOrder Load(string directory, BuildpackCatalog catalog)
    {
        var file = Path.Combine(directory, "order.toml");
        try
        {
            var order = Of(BuildpackReference.ReadOrder(TomlParser.Parse(File.ReadAllText(file))), catalog);
            return order.Groups.Count > 0 ? order : throw new TomlException(1, "no order");
        }
        catch (Exception exception) when (exception is TomlException or IOException)
        {
            throw new BuildException($"the buildpacks of this host cannot be read: {file}: {exception.Message}", "Install the platform again.", exception);
        }
    }

    /// <summary>The groups that an order means.</summary>
    /// <exception cref="TomlException">It names a buildpack that there is not, or composites without end.</exception>
    public static BuildpackOrder Of(IReadOnlyList<IReadOnlyList<BuildpackReference>> order, BuildpackCatalog catalog)
    {
        var resolution = new Resolution(catalog);
        return new([.. order.SelectMany(group => resolution.Expand(group, 0)).Where(group => group.Count > 0).Take(MaximumGroups)]);
    }

    /// <summary>The same with others before and after each group.</summary>
    /// <inheritdoc cref="Of"/>
    public BuildpackOrder Around(IReadOnlyList<BuildpackReference> before, IReadOnlyList<BuildpackReference> after, BuildpackCatalog catalog)
    {
        if (before.Count + after.Count == 0) return this;
        var resolution = new Resolution(catalog);
        var (first, last) = (resolution.Expand(before, 0), resolution.Expand(after, 0));
        return new([.. Groups.SelectMany(group => first.SelectMany(head => last.Select(tail => Join(Join(head, group), tail)))).Take(MaximumGroups)]);
    }

    // A group has a buildpack once, whatever its version: its layers have one directory.
    private static IReadOnlyList<GroupMember> Join(IReadOnlyList<GroupMember> head, IReadOnlyList<GroupMember> tail) =>
        [.. head.Concat(tail).DistinctBy(member => member.Buildpack.EscapedId, StringComparer.OrdinalIgnoreCase)];

    private sealed class Resolution(BuildpackCatalog catalog)
    {
        private int _steps;

        public IReadOnlyList<IReadOnlyList<GroupMember>> Expand(IReadOnlyList<BuildpackReference> group, int depth)
        {
            IReadOnlyList<IReadOnlyList<GroupMember>> groups = [[]];
            foreach (var reference in group)
            {
                if (depth > MaximumDepth || ++_steps > MaximumSteps) throw new TomlException(reference.Line, $"'{reference.Id}' stands for itself, or for too many others");
                var meant = Alternatives(reference, depth);
                groups = [.. groups.SelectMany(head => meant.Select(tail => Join(head, tail))).Take(MaximumGroups)];
            }

            return groups;
        }

        private List<IReadOnlyList<GroupMember>> Alternatives(BuildpackReference reference, int depth)
        {
            var buildpack = catalog.Find(reference.Id, reference.Version)
                ?? throw new TomlException(reference.Line, $"there is no buildpack '{reference.Id}'{(reference.Version is null ? "" : $" of version {reference.Version}")}");
            if (buildpack.Order.Count == 0) return [[new GroupMember(buildpack, reference.Optional)]];
            var meant = buildpack.Order.SelectMany(nested => Expand(nested, depth + 1)).Take(MaximumGroups).ToList();
            if (reference.Optional) meant.Add([]);
            return meant;
        }
    }
}
