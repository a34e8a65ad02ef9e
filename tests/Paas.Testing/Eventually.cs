using System.Diagnostics;

namespace Paas.Testing;

/// <summary>Polls for what must become true; a test never sleeps for a guessed time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns the first value that is not null, or fails with <paramref name="what"/> after <paramref name="within"/>.</summary>
    public static async Task<T> GetAsync<T>(string what, TimeSpan within, Func<Task<T?>> probe)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        Exception? last = null;
        while (clock.Elapsed < within)
        {
            try
            {
                if (await probe() is { } value) return value;
                last = null;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                last = e;
            }

            await Task.Delay(Interval);
        }

        throw new TimeoutException($"{what}: not so after {within}", last);
    }

    /// <summary>Returns once the condition holds, or fails with <paramref name="what"/>.</summary>
    public static Task TrueAsync(string what, TimeSpan within, Func<Task<bool>> condition) =>
        GetAsync(what, within, async () => await condition() ? "yes" : null);
}
