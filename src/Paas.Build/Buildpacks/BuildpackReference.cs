using Paas.Launch.Processes;
using Paas.Launch.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>A buildpack as an order names it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version, or null for whichever there is.</param>
/// <param name="Optional">True where the group passes without it.</param>
/// <param name="Line">Where it stands.</param>
public sealed record BuildpackReference(string Id, string? Version, bool Optional, int Line)
{
    /// <summary>The <c>[[order]]</c> of a document; members for other execution environments are left out.</summary>
    /// <exception cref="TomlException">It is not one.</exception>
    internal static IReadOnlyList<IReadOnlyList<BuildpackReference>> ReadOrder(TomlTable document)
    {
        var groups = new List<IReadOnlyList<BuildpackReference>>();
        foreach (var order in document.Tables("order"))
        {
            var group = order.Tables("group").Where(ExecutionEnvironment.Includes).Select(entry => new BuildpackReference(
                entry.Required("id"), entry.Text("version"), entry.Boolean("optional") ?? false, entry.Line)).ToList();
            if (group.Count > 0) groups.Add(group);
        }

        return groups;
    }
}
