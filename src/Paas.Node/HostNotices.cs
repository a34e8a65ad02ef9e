namespace Paas.Node;

/// <summary>What an operator should hear of this host: kept until somebody asks, and each of them said once.</summary>
internal sealed class HostNotices
{
    private const int MostRemembered = 1000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private readonly List<string> _pending = [];

    /// <summary>Says it, unless the same has been said: a problem that stays is no news every half a minute.</summary>
    public void SayOnce(string text)
    {
        lock (_lock)
        {
            if (_said.Count >= MostRemembered) _said.Clear();
            if (_said.Add(text)) _pending.Add(text);
        }
    }

    /// <summary>Says it, also for the second time: what happens again is news.</summary>
    public void Say(string text)
    {
        lock (_lock)
        {
            if (_pending.Count < MostRemembered) _pending.Add(text);
        }
    }

    /// <summary>What was said since the last time.</summary>
    public IReadOnlyList<string> Take()
    {
        lock (_lock)
        {
            string[] taken = [.. _pending];
            _pending.Clear();
            return taken;
        }
    }
}
