namespace Paas.Build.Buildpacks;

/// <summary>A member of a group whose <c>bin/detect</c> passed.</summary>
public sealed record PlanMember(Buildpack Buildpack, bool Optional, BuildPlan Plan);

/// <summary>A member that takes part in the build, with the alternative that was chosen.</summary>
public sealed record ResolvedMember(Buildpack Buildpack, PlanAlternative Plan);

/// <summary>The outcome for one group: its members in order, or why they do not fit together.</summary>
/// <param name="Members">Null when the group does not resolve.</param>
/// <param name="Problem">Null when it does.</param>
public sealed record PlanOutcome(IReadOnlyList<ResolvedMember>? Members, string? Problem);

/// <summary>
/// Finds, for a group, alternatives in which everything required is provided by the same or an earlier buildpack and everything
/// provided is required by the same or a later one (buildpack spec, "Phase #1: Detection"). Pure.
/// </summary>
public static class PlanResolution
{
    // Alternatives multiply; a buildpack that writes hundreds must not occupy the host.
    private const int MaximumTrials = 10_000;

    public static PlanOutcome Resolve(IReadOnlyList<PlanMember> members)
    {
        string? problem = null;
        foreach (var trial in Trials(members).Take(MaximumTrials))
        {
            var outcome = Try(trial);
            if (outcome.Members is not null) return outcome;
            problem ??= outcome.Problem;
        }

        return new PlanOutcome(null, problem);
    }

    /// <summary>Every choice of one alternative per member, the first member's varying slowest.</summary>
    private static IEnumerable<List<Candidate>> Trials(IReadOnlyList<PlanMember> members)
    {
        var choice = new int[members.Count];
        while (true)
        {
            yield return [.. members.Select((member, i) => new Candidate(member, member.Plan.Alternatives[choice[i]]))];
            var last = members.Count - 1;
            while (last >= 0 && ++choice[last] == members[last].Plan.Alternatives.Count) choice[last--] = 0;
            if (last < 0) yield break;
        }
    }

    private static PlanOutcome Try(List<Candidate> trial)
    {
        // Leaving out an optional member can leave another without what it needs: until nothing changes.
        while (Misfit(trial) is var (misfit, problem) && misfit is not null)
        {
            if (!misfit.Member.Optional) return new PlanOutcome(null, problem);
            trial.Remove(misfit);
        }

        return trial.Count > 0
            ? new PlanOutcome([.. trial.Select(candidate => new ResolvedMember(candidate.Member.Buildpack, candidate.Plan))], null)
            : new PlanOutcome(null, "no buildpack of the group is left");
    }

    private static (Candidate? Misfit, string? Problem) Misfit(List<Candidate> trial)
    {
        for (var i = 0; i < trial.Count; i++)
        {
            var candidate = trial[i];
            var lacking = candidate.Plan.Requires.FirstOrDefault(
                wanted => !trial.Take(i + 1).Any(earlier => earlier.Plan.Provides.Contains(wanted.Name)));
            if (lacking is not null) return (candidate, $"{candidate.Member.Buildpack.Id} requires '{lacking.Name}', which nothing provides");
            var unwanted = candidate.Plan.Provides.FirstOrDefault(
                offered => !trial.Skip(i).Any(later => later.Plan.Requires.Any(wanted => wanted.Name == offered)));
            if (unwanted is not null) return (candidate, $"{candidate.Member.Buildpack.Id} provides '{unwanted}', which nothing requires");
        }

        return (null, null);
    }

    private sealed record Candidate(PlanMember Member, PlanAlternative Plan)
    {
        public bool Equals(Candidate? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
