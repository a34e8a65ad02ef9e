namespace Paas.Images.Remote;

/// <summary>A token that ends when a server has been silent for too long, or when the caller gives up.</summary>
internal sealed class StallTimer : IDisposable
{
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _caller;
    private readonly TimeSpan _limit;

    public StallTimer(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _limit = limit;
        _caller = caller;
        _silence = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, caller);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Something was heard: the time begins anew.</summary>
    public void Renew() => _silence.CancelAfter(_limit);

    /// <summary>What a cancellation means: the caller's own, or a server that says nothing.</summary>
    public Exception Explain(OperationCanceledException error) =>
        _caller.IsCancellationRequested ? error : new TimeoutException($"no answer within {_limit.TotalSeconds:0} seconds", error);

    public void Dispose()
    {
        _either.Dispose();
        _silence.Dispose();
    }
}
