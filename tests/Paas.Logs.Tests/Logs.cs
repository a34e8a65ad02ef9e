using System.Text;

namespace Paas.Logs.Tests;

internal static class Logs
{
    /// <summary>No rate limit, small files, everything kept.</summary>
    public static LogOptions Small { get; } =
        new() { FileBytes = 700, Files = 100_000, LineBytes = 200, LinesPerSecond = 0, FlushAfter = TimeSpan.FromMilliseconds(5) };

    public static void Append(this LogAppender log, string text) => log.Append(LogStream.Stdout, text);

    public static void Write(string directory, LogOptions options, params IEnumerable<string> lines)
    {
        using var log = new LogAppender(directory, options);
        foreach (var line in lines) log.Append(line);
    }

    public static string[] ReadAll(string directory) => Texts(new LogReader(directory).Read(LogPosition.Start, int.MaxValue));

    public static string[] Texts(IEnumerable<LogRecord> records) => [.. records.Select(record => record.Entry.Text)];

    public static string[] Files(string directory) => [.. Directory.GetFiles(directory, "*.log").Order(StringComparer.Ordinal)];

    /// <summary>What a writer leaves that is killed within a write.</summary>
    public static void Tear(string directory, string rest) =>
        File.AppendAllBytes(Files(directory)[^1], Encoding.UTF8.GetBytes(rest));

    public static async Task<List<T>> TakeAsync<T>(this IAsyncEnumerable<T> items, int count, CancellationToken ct)
    {
        var taken = new List<T>();
        await foreach (var item in items.WithCancellation(ct))
        {
            taken.Add(item);
            if (taken.Count == count) break;
        }

        return taken;
    }
}
