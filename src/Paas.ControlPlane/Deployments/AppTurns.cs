using System.Collections.Concurrent;

namespace Paas.ControlPlane.Deployments;

/// <summary>Lets one change of an app's release go on at a time: a build's, a config change's, a rollback's.</summary>
internal sealed class AppTurns
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new();

    /// <summary>Waits for the turn; disposing the result ends it.</summary>
    internal async Task<IDisposable> TakeAsync(string app, CancellationToken ct)
    {
        var turn = _turns.GetOrAdd(app, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(ct);
        return new Turn(turn);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        private SemaphoreSlim? _turn = turn;

        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }
}
