using Paas.Images.Interop;

namespace Paas.Images.Layers;

/// <summary>A name of a layer's entry, checked: raw components below the root, none of them <c>..</c>; one from the root (<c>/a</c>) is the same (<c>a</c>).</summary>
internal readonly record struct LayerPath(string Parent, string Name)
{
    // An entry has its directories made, and each of them is remembered with its path. Whatever we pack has fewer.
    private const int MostComponents = 2 * DirectoryHandle.MostLevels;

    /// <summary>The root itself: entry <c>./</c>.</summary>
    public bool IsRoot => Name.Length == 0;

    public string Full => Parent.Length == 0 ? Name : $"{Parent}/{Name}";

    public LayerPath Sibling(string name) => this with { Name = name };

    /// <param name="rawName">As the tar has it.</param>
    /// <param name="names">Which names are right.</param>
    /// <exception cref="LayerFormatException">The name is none of those, or climbs above the root.</exception>
    public static LayerPath Parse(string rawName, EntryNames names = EntryNames.BelowRoot)
    {
        if (rawName.Contains('\0')) throw Refused(rawName, "contains a zero byte");
        var components = new List<string>();
        foreach (var component in rawName.Split('/'))
        {
            if (component is "" or ".") continue;
            if (component != "..") components.Add(component);
            else if (names == EntryNames.BelowRoot || components.Count == 0) throw Refused(rawName, "climbs up with '..'");
            else components.RemoveAt(components.Count - 1);
        }

        if (components.Count > MostComponents) throw Refused(rawName, $"is nested more than {MostComponents} levels deep");
        return components.Count == 0 ? new LayerPath("", "") : new LayerPath(string.Join('/', components[..^1]), components[^1]);
    }

    public static LayerFormatException Refused(string rawName, string why) =>
        new($"the layer's entry '{RawPath.ToText(rawName)}' {why}");
}

/// <summary>How the entries of a tar may name what is below its root.</summary>
internal enum EntryNames
{
    /// <summary>
    /// As layers do, also from the root, as ko's have them: a name with <c>..</c> and another root than a directory mean that somebody is
    /// up to something.
    /// </summary>
    BelowRoot,

    /// <summary>
    /// As people's archives do: also with a detour (<c>a/../x</c>), told from the words
    /// alone, so that no link on the way counts; an entry that would be another root is passed over.
    /// </summary>
    Any,
}
