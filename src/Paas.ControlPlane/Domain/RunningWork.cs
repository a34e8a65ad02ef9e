namespace Paas.ControlPlane.Domain;

/// <summary>Work that somebody else may call off and wait for, while it runs in this process. Thread-safe.</summary>
/// <param name="caller">Calls it off too.</param>
internal sealed class RunningWork(CancellationToken caller) : IDisposable
{
    private readonly CancellationTokenSource _cancel = CancellationTokenSource.CreateLinkedTokenSource(caller);

    /// <summary>Ends when it has ended.</summary>
    internal TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal CancellationToken Canceled => _cancel.Token;

    internal void Cancel()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cancel.Dispose();
}
