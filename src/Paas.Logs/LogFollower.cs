using System.Runtime.CompilerServices;

namespace Paas.Logs;

/// <summary>
/// Reads the log of one source from a position and goes on as lines are written: no line twice, none lost, across rotation,
/// restarts of the writer and of the reader. Only lines that retention removed before they were read are missing.
/// </summary>
/// <param name="directory">The source's directory; it may come into being later.</param>
/// <param name="time">The clock that paces looking for new lines.</param>
public sealed class LogFollower(string directory, TimeProvider? time = null)
{
    /// <summary>The lines from <paramref name="from"/> on, until cancelled.</summary>
    public async IAsyncEnumerable<LogRecord> FollowAsync(LogPosition from, [EnumeratorCancellation] CancellationToken ct)
    {
        using var cursor = new LogCursor(directory, from);
        var pace = new FollowPace(time ?? TimeProvider.System);
        var records = new List<LogRecord>();
        while (true)
        {
            records.Clear();
            ct.ThrowIfCancellationRequested();
            if (!cursor.Read(records))
            {
                await pace.WaitAsync(ct);
                continue;
            }

            pace.Reset();
            foreach (var record in records) yield return record;
        }
    }
}

/// <summary>
/// How long a follower waits before it looks again: shortly while lines come, longer in a quiet log. A look at a quiet source is two
/// system calls, so polling stays cheaper than a watch per file, and it cannot miss or overflow.
/// </summary>
internal sealed class FollowPace(TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(160);

    private TimeSpan _wait = Shortest;

    public void Reset() => _wait = Shortest;

    public async Task WaitAsync(CancellationToken ct)
    {
        await Task.Delay(_wait, time, ct);
        _wait = _wait * 1.25 < Longest ? _wait * 1.25 : Longest;
    }
}
