namespace Paas.Build.Timing;

/// <summary>Measures phases that follow each other.</summary>
internal sealed class PhaseClock(TimeProvider time)
{
    private readonly List<PhaseTime> _phases = [];
    private string? _phase;
    private long _since;

    /// <summary>Ends the phase before and begins one.</summary>
    public void Start(string phase)
    {
        Stop();
        (_phase, _since) = (phase, time.GetTimestamp());
    }

    /// <summary>Ends the last phase. All of them, in their order.</summary>
    public IReadOnlyList<PhaseTime> Stop()
    {
        if (_phase is not null) _phases.Add(new PhaseTime(_phase, time.GetElapsedTime(_since)));
        _phase = null;
        return _phases;
    }
}
