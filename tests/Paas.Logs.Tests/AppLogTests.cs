using Paas.Testing;

namespace Paas.Logs.Tests;

public sealed class AppLogTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly CancellationTokenSource cancel = new(TimeSpan.FromSeconds(60));
    private readonly ManualTime time = new();

    public void Dispose()
    {
        cancel.Dispose();
        directory.Dispose();
    }

    private AppLog Log => new(directory.Path);

    [Fact]
    public async Task Sources_are_merged_by_time()
    {
        var expected = WriteInTurns(300, "web.1", "web.2", "worker.1", "router");
        Assert.Equal(["router", "web.1", "web.2", "worker.1"], Log.Sources());
        Assert.Equal(expected, Lines(await ReadAsync(new AppLogQuery(1000))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(300)]
    public async Task The_tail_is_the_last_lines_of_all_sources_together(int tail)
    {
        var expected = WriteInTurns(300, "web.1", "web.2", "router");
        Assert.Equal(expected.TakeLast(tail), Lines(await ReadAsync(new AppLogQuery(tail))));
    }

    [Theory]
    [InlineData("web", "web.1 web.2")]
    [InlineData("web.2", "web.2")]
    [InlineData("router", "router")]
    [InlineData("we", "")]
    [InlineData("web.", "")]
    public async Task One_source_or_one_process_type_can_be_read(string source, string names)
    {
        var expected = WriteInTurns(50, "web.1", "web.2", "webhook.1", "router");
        var wanted = expected.Where(line => names.Split(' ').Contains(line[..line.IndexOf(' ', StringComparison.Ordinal)]));
        Assert.Equal(wanted, Lines(await ReadAsync(new AppLogQuery(1000, Source: source))));
    }

    [Fact]
    public async Task Reading_resumes_after_any_line_without_loss_or_repetition()
    {
        var expected = WriteInTurns(120, "web.1", "web.2", "router");
        var entries = await ReadAsync(new AppLogQuery(1000));
        for (var i = 0; i < entries.Count; i++)
        {
            Assert.True(AppLogPosition.TryParse(entries[i].Position, out var after));
            Assert.Equal(expected.Skip(i + 1), Lines(await ReadAsync(new AppLogQuery(0, After: after))));
        }
    }

    [Fact]
    public async Task A_follower_sees_new_lines_and_new_sources()
    {
        WriteInTurns(10, "web.1");
        var following = Log.ReadAsync(new AppLogQuery(2, Follow: true), cancel.Token).TakeAsync(7, cancel.Token);
        Write("web.1", "web.1 more");
        Write("web.2", "web.2 first", "web.2 second", "web.2 third");
        Write("router", "router first");
        var lines = Lines(await following);
        Assert.Equal(["web.1 8", "web.1 9"], lines[..2]);
        Assert.Equal(
            ["router first", "web.1 more", "web.2 first", "web.2 second", "web.2 third"],
            lines[2..].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_client_that_reconnects_while_lines_are_written_sees_each_once()
    {
        const int Each = 1500;
        string[] sources = ["web.1", "web.2", "router"];
        var writing = Task.Run(() => Parallel.ForEach(sources, source =>
        {
            using var log = new LogAppender(directory.Combine(source), Logs.Small);
            for (var i = 0; i < Each; i++)
            {
                log.Append($"{source} {i}");
                if (i % 10 == 0) log.Flush();
            }
        }));
        var seen = new List<string>();
        var after = new AppLogPosition();
        for (var random = new Random(5); seen.Count < Each * sources.Length;)
        {
            var some = Math.Min((Each * sources.Length) - seen.Count, 1 + random.Next(400));
            var entries = await Log.ReadAsync(new AppLogQuery(0, Follow: true, After: after), cancel.Token).TakeAsync(some, cancel.Token);
            seen.AddRange(Lines(entries));
            Assert.True(AppLogPosition.TryParse(entries[^1].Position, out after));
        }

        await writing;
        Assert.All(sources, source => Assert.Equal(
            Enumerable.Range(0, Each).Select(i => $"{source} {i}"),
            seen.Where(line => line.StartsWith(source + " ", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("web.1")]
    [InlineData(":1-1")]
    [InlineData("web.1:1")]
    [InlineData("web.1:1-1,x")]
    [InlineData(null)]
    public void What_is_no_position_is_refused(string? text) => Assert.False(AppLogPosition.TryParse(text, out _));

    private async Task<List<AppLogEntry>> ReadAsync(AppLogQuery query)
    {
        var entries = new List<AppLogEntry>();
        await foreach (var entry in Log.ReadAsync(query, cancel.Token)) entries.Add(entry);
        return entries;
    }

    private static List<string> Lines(IEnumerable<AppLogEntry> entries) =>
        [.. entries.Select(entry =>
        {
            Assert.StartsWith(entry.Source + " ", entry.Entry.Text, StringComparison.Ordinal);
            return entry.Entry.Text;
        })];

    private void Write(string source, params string[] lines) => Logs.Write(directory.Combine(source), Logs.Small, lines);

    private List<string> WriteInTurns(int lines, params string[] sources)
    {
        var random = new Random(sources.Length);
        var logs = sources.ToDictionary(source => source, source => new LogAppender(directory.Combine(source), Logs.Small, time));
        var written = new List<string>();
        for (var i = 0; i < lines; i++)
        {
            var source = sources[random.Next(sources.Length)];
            logs[source].Append($"{source} {i}");
            written.Add($"{source} {i}");
            time.Advance(TimeSpan.FromMicroseconds(1 + random.Next(1000)));
        }

        foreach (var log in logs.Values) log.Dispose();
        return written;
    }
}
