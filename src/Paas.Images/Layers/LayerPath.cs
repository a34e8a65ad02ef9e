using Paas.Images.Interop;

namespace Paas.Images.Layers;

/// <summary>
/// A name of a layer's entry, checked: raw components below the root, none of them <c>..</c>. Whoever packed it may have written it from
/// the root (<c>/etc/x</c>) or with a detour (<c>a/../x</c>): what it names is told from its words alone, so no link on the way counts.
/// </summary>
internal readonly record struct LayerPath(string Parent, string Name)
{
    /// <summary>The root itself: entry <c>./</c>.</summary>
    public bool IsRoot => Name.Length == 0;

    public string Full => Parent.Length == 0 ? Name : $"{Parent}/{Name}";

    public LayerPath Sibling(string name) => this with { Name = name };

    /// <exception cref="LayerFormatException">The name climbs above the root.</exception>
    public static LayerPath Parse(string rawName)
    {
        if (rawName.Contains('\0')) throw Refused(rawName, "contains a zero byte");
        var components = new List<string>();
        foreach (var component in rawName.Split('/'))
        {
            if (component is "" or ".") continue;
            if (component != "..") components.Add(component);
            else if (components.Count == 0) throw Refused(rawName, "climbs up with '..'");
            else components.RemoveAt(components.Count - 1);
        }

        return components.Count == 0 ? new LayerPath("", "") : new LayerPath(string.Join('/', components[..^1]), components[^1]);
    }

    public static LayerFormatException Refused(string rawName, string why) =>
        new($"the layer's entry '{RawPath.ToText(rawName)}' {why}");
}
