namespace Paas.Logs;

/// <summary>
/// A token bucket with a memory: once empty it stays shut until a second's worth has come together, so that lines above the limit
/// end in one long gap and not in as many gaps as lines.
/// </summary>
internal sealed class RateLimit(int perSecond, int burst)
{
    private double tokens = burst;
    private long last;
    private bool shut;

    /// <summary>Asks for one line. <paramref name="now"/> counts milliseconds of any monotonic clock.</summary>
    public bool Admit(long now)
    {
        if (perSecond == 0) return true;
        if (IsShut(now)) return false;
        if (tokens >= 1)
        {
            tokens--;
            return true;
        }

        shut = true;
        return false;
    }

    /// <summary>Whether lines are being dropped at this time.</summary>
    public bool IsShut(long now)
    {
        tokens = Math.Min(burst, tokens + ((now - last) * perSecond / 1000.0));
        last = now;
        if (shut && tokens >= Math.Min(burst, perSecond)) shut = false;
        return shut;
    }
}
