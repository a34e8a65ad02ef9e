namespace Paas.Build.Timing;

/// <summary>How long at least one of several things ran, which may have run at once.</summary>
internal sealed class BusyTime
{
    private readonly Lock _turn = new();
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _spans = [];

    public TimeSpan Total
    {
        get
        {
            lock (_turn)
            {
                var (total, end) = (TimeSpan.Zero, DateTimeOffset.MinValue);
                foreach (var (from, to) in _spans.Order())
                {
                    if (to <= end) continue;
                    total += to - (from > end ? from : end);
                    end = to;
                }

                return total;
            }
        }
    }

    /// <summary>Something ran from one moment to another.</summary>
    public void Add(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_turn) _spans.Add((from, to));
    }
}
