namespace Paas.Build;

/// <summary>How long one phase of a build took.</summary>
public readonly record struct PhaseTime(string Phase, TimeSpan Took);

/// <summary>What a build's time went to.</summary>
/// <param name="Phases">In the order they ran; together the whole build.</param>
/// <param name="Buildpacks">How much of it buildpacks ran; null where the build has none.</param>
public sealed record BuildTimes(IReadOnlyList<PhaseTime> Phases, TimeSpan? Buildpacks)
{
    /// <summary>All phases together.</summary>
    public TimeSpan Total => Phases.Aggregate(TimeSpan.Zero, (sum, phase) => sum + phase.Took);
}
