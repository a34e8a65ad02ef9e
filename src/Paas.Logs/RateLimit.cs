namespace Paas.Logs;

/// <summary>
/// A token bucket with a memory: once empty it stays shut until a second's worth has come together, so that lines above the limit
/// end in one long gap and not in as many gaps as lines.
/// </summary>
internal sealed class RateLimit(int perSecond, int burst)
{
    private double _tokens = burst;
    private long _last;
    private bool _shut;

    /// <summary>Asks for one line. <paramref name="now"/> counts milliseconds of any monotonic clock.</summary>
    public bool Admit(long now)
    {
        if (perSecond == 0) return true;
        if (IsShut(now)) return false;
        if (_tokens >= 1)
        {
            _tokens--;
            return true;
        }

        _shut = true;
        return false;
    }

    /// <summary>Whether lines are being dropped at this time.</summary>
    public bool IsShut(long now)
    {
        _tokens = Math.Min(burst, _tokens + ((now - _last) * perSecond / 1000.0));
        _last = now;
        if (_shut && _tokens >= Math.Min(burst, perSecond)) _shut = false;
        return _shut;
    }
}
