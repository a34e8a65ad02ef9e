using Paas.Images.Interop;

namespace Paas.Images.Layers;

/// <summary>A name of a layer's entry, checked: raw components below the root, none of them <c>..</c>.</summary>
internal readonly record struct LayerPath(string Parent, string Name)
{
    /// <summary>The root itself: entry <c>./</c>.</summary>
    public bool IsRoot => Name.Length == 0;

    public string Full => Parent.Length == 0 ? Name : $"{Parent}/{Name}";

    public LayerPath Sibling(string name) => this with { Name = name };

    /// <exception cref="LayerFormatException">The name is absolute or climbs up.</exception>
    public static LayerPath Parse(string rawName)
    {
        if (rawName.StartsWith('/')) throw Refused(rawName, "is absolute");
        if (rawName.Contains('\0')) throw Refused(rawName, "contains a zero byte");
        var components = rawName.Split('/').Where(component => component is not "" and not ".").ToArray();
        if (components.Contains("..")) throw Refused(rawName, "climbs up with '..'");
        return components.Length == 0
            ? new LayerPath("", "")
            : new LayerPath(string.Join('/', components[..^1]), components[^1]);
    }

    public static LayerFormatException Refused(string rawName, string why) =>
        new($"the layer's entry '{RawPath.ToText(rawName)}' {why}");
}
