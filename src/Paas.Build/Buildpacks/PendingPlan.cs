using System.Text;
using Paas.Launch.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>
/// The requirements that no buildpack has met yet. Each provider in turn gets the entries it can meet as its Buildpack Plan; what
/// it calls unmet in <c>build.toml</c> goes on to the next provider (buildpack spec, "Unmet Buildpack Plan Entries").
/// </summary>
public sealed class PendingPlan(IReadOnlyList<ResolvedMember> members)
{
    private readonly List<PlanRequirement> _pending = [.. members.SelectMany(member => member.Plan.Requires)];

    /// <summary>The entries for a member.</summary>
    public IReadOnlyList<PlanRequirement> For(ResolvedMember member) =>
        [.. _pending.Where(entry => member.Plan.Provides.Contains(entry.Name))];

    /// <summary>Takes the member's entries as met, but for those it names.</summary>
    public void Met(ResolvedMember member, IReadOnlyCollection<string> unmet) =>
        _pending.RemoveAll(entry => member.Plan.Provides.Contains(entry.Name) && !unmet.Contains(entry.Name));

    /// <summary>The Buildpack Plan as a document.</summary>
    public static string Write(IEnumerable<PlanRequirement> entries)
    {
        var text = new StringBuilder();
        foreach (var entry in entries)
        {
            text.Append("[[entries]]\nname = ").Append(TomlWriter.Quote(entry.Name)).Append('\n');
            if (entry.Metadata is not null) text.Append("metadata = ").Append(TomlWriter.Inline(entry.Metadata)).Append('\n');
        }

        return text.ToString();
    }
}
