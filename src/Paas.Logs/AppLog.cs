using System.Runtime.CompilerServices;

namespace Paas.Logs;

/// <summary>A line of an app's log.</summary>
/// <param name="Position">The place after it in every source: what a reader resumes from (see <see cref="AppLogPosition"/>).</param>
/// <param name="Source">The source's name, e.g. <c>web.1</c>.</param>
/// <param name="Entry">The line.</param>
public readonly record struct AppLogEntry(string Position, string Source, LogEntry Entry);

/// <summary>Which lines of an app's log to read.</summary>
/// <param name="Tail">Begin with the last so many lines of all sources together. Ignored with <paramref name="After"/>.</param>
/// <param name="Follow">Go on as lines are written, also in sources that come into being later, until cancelled.</param>
/// <param name="Source">Only the source of this name (<c>web.1</c>), or those of this process type (<c>web</c>).</param>
/// <param name="After">Begin after this position.</param>
public sealed record AppLogQuery(int Tail, bool Follow = false, string? Source = null, AppLogPosition? After = null);

/// <summary>The log of an app: its sources, each a directory below the app's, merged by time.</summary>
/// <param name="directory">The app's directory, e.g. <c>/var/lib/paas/logs/hello</c>; one that is not there reads as empty.</param>
/// <param name="time">The clock that paces looking for new lines.</param>
public sealed class AppLog(string directory, TimeProvider? time = null)
{
    private static readonly TimeSpan LookForSources = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>The names of the sources there are, sorted; those that <paramref name="filter"/> names when given.</summary>
    public IReadOnlyList<string> Sources(string? filter = null)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(directory)
                .Select(path => Path.GetFileName(path))
                .Where(name => Matches(name, filter))
                .Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>The lines asked for, in the order of their times as far as they are written already, none twice and none lost.</summary>
    public async IAsyncEnumerable<AppLogEntry> ReadAsync(AppLogQuery query, [EnumeratorCancellation] CancellationToken ct)
    {
        using var merge = new LogMerge(query.After ?? Last(query.Tail, query.Source));
        var pace = new FollowPace(_time);
        var looked = _time.GetTimestamp();
        Look(merge, query.Source);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            while (merge.TryNext(out var entry))
            {
                pace.Reset();
                yield return entry;
            }

            if (!query.Follow) yield break;
            await pace.WaitAsync(ct);
            if (_time.GetElapsedTime(looked) < LookForSources) continue;
            looked = _time.GetTimestamp();
            Look(merge, query.Source);
        }
    }

    private static bool Matches(string name, string? filter) =>
        filter is null || name == filter || (name.StartsWith(filter, StringComparison.Ordinal) && name[filter.Length] == '.');

    private void Look(LogMerge merge, string? filter)
    {
        foreach (var source in Sources(filter)) merge.Add(source, Path.Combine(directory, source));
    }

    // The place in each source before the last lines of all of them together.
    private AppLogPosition Last(int lines, string? filter)
    {
        var position = new AppLogPosition();
        var candidates = new List<(DateTimeOffset At, string Source, LogPosition Position)>();
        foreach (var source in Sources(filter))
        {
            var records = new LogReader(Path.Combine(directory, source)).ReadLast(lines);
            position[source] = records.Count > 0 ? records[^1].Next : new LogReader(Path.Combine(directory, source)).Last(0);
            candidates.AddRange(records.Select(record => (record.Entry.At, source, record.Position)));
        }

        foreach (var (_, source, start) in candidates.OrderByDescending(candidate => candidate.At).Take(lines))
        {
            if (start < position[source]) position[source] = start;
        }

        return position;
    }
}
