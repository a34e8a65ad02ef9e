using System.Collections.Concurrent;
using System.Diagnostics;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests;

/// <summary>Steady requests to one app from a few visitors, until stopped; remembers every answer that was not a 200.</summary>
public sealed class Traffic : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task[] _visitors;
    private int _requests;

    public Traffic(AppCheckout app, int visitors = 4) =>
        _visitors = [.. Enumerable.Range(0, visitors).Select(_ => Task.Run(() => VisitAsync(app)))];

    public int Requests => Volatile.Read(ref _requests);

    public IReadOnlyCollection<string> Failures => _failures;

    public async Task WaitForRequestsAsync(int more)
    {
        var target = Requests + more;
        var clock = Stopwatch.StartNew();
        while (Requests < target)
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(60)) throw new TimeoutException($"traffic stands at {Requests} of {target} requests");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_visitors);
        _stop.Dispose();
    }

    private async Task VisitAsync(AppCheckout app)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var answer = await app.GetAsync();
                if ((int)answer.Status != 200) _failures.Enqueue($"{(int)answer.Status} {answer.Body}");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                _failures.Enqueue(e.Message);
            }

            Interlocked.Increment(ref _requests);
            await Task.Delay(2);
        }
    }
}
