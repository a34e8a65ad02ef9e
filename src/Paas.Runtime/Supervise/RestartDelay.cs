using Paas.Contracts.Supervision;

namespace Paas.Runtime.Supervise;

/// <summary>When a policy has a process started again, and after which wait.</summary>
internal static class RestartDelay
{
    /// <summary>Whether so many failures in a row are more than the policy's restarts.</summary>
    public static bool GivesUp(this RestartPolicy policy, int failures) => failures > policy.MaximumRestarts;

    /// <summary>Whether the policy starts the process again after this exit.</summary>
    public static bool Restarts(this RestartPolicy policy, ProcessExit exit) => policy.Mode switch
    {
        RestartMode.Always => true,
        RestartMode.OnFailure => exit.ExitCode != 0,
        _ => false,
    };

    /// <summary>The wait after a process that ran so long, where <paramref name="last"/> was the wait before it (zero for none).</summary>
    public static TimeSpan After(this RestartPolicy policy, TimeSpan last, TimeSpan ran)
    {
        var first = TimeSpan.FromMilliseconds(policy.FirstDelayMilliseconds);
        var longest = TimeSpan.FromMilliseconds(policy.LongestDelayMilliseconds);
        var anew = last == TimeSpan.Zero || ran >= TimeSpan.FromSeconds(policy.ResetAfterSeconds);
        var next = anew ? first : last * 2;
        return next < longest ? next : longest;
    }
}
