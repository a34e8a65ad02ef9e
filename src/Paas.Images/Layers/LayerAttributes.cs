namespace Paas.Images.Layers;

/// <summary>
/// Which extended attributes travel in layers: a program's capabilities and what users set. The kernel's own (overlayfs's
/// above all, with which a layer could name other layers' files) and those of one host (labels, ACLs by host id) do not.
/// </summary>
internal static class LayerAttributes
{
    public static bool Travels(string name) =>
        name == "security.capability" ||
        (name.StartsWith("user.", StringComparison.Ordinal) && !name.StartsWith("user.overlay.", StringComparison.Ordinal));
}
