namespace Paas.ControlPlane.Health;

/// <summary>What the probes of a process say of it.</summary>
/// <param name="Healthy">Null until there is a first verdict.</param>
/// <param name="Failures">Of probes, in a row.</param>
/// <param name="Problem">What the last failed probe said; null where none has failed since the last that passed.</param>
internal sealed record HealthVerdict(bool? Healthy, int Failures, string? Problem)
{
    internal static HealthVerdict Unknown { get; } = new(null, 0, null);

    /// <summary>After a probe.</summary>
    /// <param name="problem">Null where it passed.</param>
    /// <param name="retries">As many failures in a row are unhealthy.</param>
    /// <param name="counts">False in the start period: until the first that passed, failures are forgiven there.</param>
    internal HealthVerdict After(string? problem, int retries, bool counts)
    {
        if (problem is null) return new HealthVerdict(true, 0, null);
        if (!counts && Healthy is null) return this with { Problem = problem };
        return Failures + 1 >= retries ? new HealthVerdict(false, Failures + 1, problem) : this with { Failures = Failures + 1, Problem = problem };
    }
}
