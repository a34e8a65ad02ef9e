using System.Diagnostics.CodeAnalysis;

namespace Paas.ControlPlane.Health;

/// <summary>The probes of one process of a container, from its start to its end.</summary>
/// <param name="start">Of the process, UTC.</param>
/// <param name="check">What is asked, as its owner knows it.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or parent holds nothing, and its token is asked after the end.")]
internal sealed class HealthWatch(DateTimeOffset start, string check)
{
    private readonly TaskCompletionSource<HealthVerdict> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<HealthVerdict> _healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancel = new();
    private readonly Lock _lock = new();
    private Task? _running;

    internal DateTimeOffset Start => start;

    internal string Check => check;

    internal CancellationToken Ended => _cancel.Token;

    /// <summary>Completes when nothing is asked any more.</summary>
    internal Task Running => _running ?? Task.CompletedTask;

    /// <summary>Probes of which it was told already that they fail; for whoever asks them only.</summary>
    internal HashSet<Probe> Warned { get; } = [];

    internal HealthVerdict Verdict { get; private set; } = HealthVerdict.Unknown;

    /// <summary>The verdict with which an instance was refused; null where none was.</summary>
    internal HealthVerdict? Refusal { get; private set; }

    internal void Begin(Func<Task> probes)
    {
        lock (_lock) _running ??= Task.Run(probes);
    }

    /// <returns>True where it is another one than before, and not the first.</returns>
    internal bool Put(HealthVerdict verdict)
    {
        var before = Verdict;
        Verdict = verdict;
        if (verdict.Healthy is null) return false;
        if (verdict.Healthy == true) _healthy.TrySetResult(verdict);
        return !_first.TrySetResult(verdict) && before.Healthy != verdict.Healthy;
    }

    /// <summary>The first verdict; who was refused once already and asks again waits until it is healthy.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the process has ended.</exception>
    internal async Task<HealthVerdict> AnswerAsync(CancellationToken ct)
    {
        var verdict = await (Refusal is null ? _first : _healthy).Task.WaitAsync(ct);
        if (verdict.Healthy == false) Refusal = verdict;
        return verdict;
    }

    internal void End()
    {
        _first.TrySetCanceled();
        _healthy.TrySetCanceled();
        _cancel.Cancel();
    }
}
