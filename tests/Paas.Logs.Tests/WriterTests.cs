using System.Text;
using System.Text.RegularExpressions;
using Paas.Testing;

namespace Paas.Logs.Tests;

public sealed partial class WriterTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void A_line_on_disk_is_a_time_a_letter_and_the_text()
    {
        using (var log = new LogAppender(directory.Path))
        {
            log.Append(LogStream.Stdout, "out");
            log.Append(LogStream.Stderr, "err ü");
            log.Append(LogStream.System, "");
        }

        Assert.Matches(
            @"\A(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z) o out\n\S{28} e err ü\n\S{28} s \n\z",
            File.ReadAllText(Assert.Single(Logs.Files(directory.Path))));
        Assert.Equal(
            [(LogStream.Stdout, "out"), (LogStream.Stderr, "err ü"), (LogStream.System, "")],
            new LogReader(directory.Path).Read(LogPosition.Start, 9).Select(record => (record.Entry.Stream, record.Entry.Text)));
    }

    [Fact]
    public void Only_the_owner_and_its_group_can_read_a_log()
    {
        Logs.Write(directory.Path, LogOptions.Default, "secret");
        Assert.All(Directory.GetFiles(directory.Path), file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & (UnixFileMode)0b000_011_111));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_log_that_is_deleted_or_moved_away_is_begun_anew_and_not_written_into_nowhere(bool isMoved)
    {
        var logs = directory.Combine("logs");
        using var log = new LogAppender(logs);
        log.Append("before");
        log.Flush();
        if (isMoved) Directory.Move(logs, directory.Combine("moved"));
        else Directory.Delete(logs, recursive: true);

        log.Append("after");
        log.Flush();
        log.Append("and on");
        log.Flush();

        Assert.Equal(["after", "and on"], Logs.ReadAll(logs));
        using (var another = new LogAppender(logs)) another.Append("another writer");
        File.Delete(Assert.Single(Logs.Files(logs)));
        log.Append("only the file was gone");
        log.Flush();
        Assert.Equal(["only the file was gone"], Logs.ReadAll(logs));
        if (isMoved) Assert.Equal(["before"], Logs.ReadAll(directory.Combine("moved")));
    }

    [Fact]
    public void Times_come_back_as_they_were_written()
    {
        var time = new ManualTime();
        using (var log = new LogAppender(directory.Path, null, time))
        {
            log.Append("a");
            time.Advance(TimeSpan.FromTicks(12_345_678));
            log.Append("b");
        }

        var records = new LogReader(directory.Path).Read(LogPosition.Start, 2);
        Assert.Equal(time.GetUtcNow(), records[1].Entry.At);
        Assert.Equal(TimeSpan.FromTicks(12_345_678), records[1].Entry.At - records[0].Entry.At);
        Assert.Equal(TimeSpan.Zero, records[0].Entry.At.Offset);
    }

    [Fact]
    public void A_text_of_several_lines_is_several_entries()
    {
        Logs.Write(directory.Path, LogOptions.Default, "a\nb\r\n\nc\n");
        Assert.Equal(["a", "b", "", "c"], Logs.ReadAll(directory.Path));
    }

    [Fact]
    public void Long_lines_are_split_and_no_character_is_halved()
    {
        var text = string.Concat(Enumerable.Range(0, 500).Select(i => i % 3 == 0 ? "a" : i % 3 == 1 ? "ä" : "🦊"));
        Logs.Write(directory.Path, Logs.Small, text);
        var parts = Logs.ReadAll(directory.Path);
        Assert.Equal(text, string.Concat(parts));
        Assert.All(parts, part => Assert.InRange(Encoding.UTF8.GetByteCount(part), 1, Logs.Small.LineBytes));
        Assert.Equal((Encoding.UTF8.GetByteCount(text) / Logs.Small.LineBytes) + 1, parts.Length);
    }

    [Fact]
    public void Bytes_that_are_no_text_stay_in_their_line()
    {
        var bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        bytes.AsSpan().Replace((byte)'\n', (byte)0x80);
        using (var log = new LogAppender(directory.Path, Logs.Small))
        {
            log.Append(LogStream.Stdout, bytes);
            log.Append("after");
        }

        var lines = Logs.ReadAll(directory.Path);
        Assert.Equal("after", lines[^1]);
        Assert.InRange(lines.Length, 1 + (1000 / 200), 1 + (1000 / 197) + 1);
    }

    [Fact]
    public void Files_are_rotated_by_size_and_the_oldest_removed()
    {
        var options = Logs.Small with { Files = 3 };
        Logs.Write(directory.Path, options, Enumerable.Range(0, 500).Select(i => $"line {i}"));
        var files = Logs.Files(directory.Path);
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, options.FileBytes));
        var lines = Logs.ReadAll(directory.Path);
        Assert.Equal(Enumerable.Range(500 - lines.Length, lines.Length).Select(i => $"line {i}"), lines);
        Assert.InRange(lines.Length, 30, 60);
    }

    [Fact]
    public void A_line_larger_than_a_file_gets_a_file()
    {
        Logs.Write(directory.Path, Logs.Small with { FileBytes = 50 }, "short", new string('x', 100), "short again");
        Assert.Equal(["short", new string('x', 100), "short again"], Logs.ReadAll(directory.Path));
        Assert.Equal(3, Logs.Files(directory.Path).Length);
    }

    [Fact]
    public void Lines_above_the_limit_become_one_record_that_counts_them()
    {
        var time = new ManualTime();
        using var log = new LogAppender(directory.Path, new LogOptions { LinesPerSecond = 100, BurstLines = 300 }, time);
        for (var i = 0; i < 1000; i++)
        {
            log.Append($"line {i}");
            if (i % 100 == 0) log.Flush();
        }

        Assert.True(log.HasPending);
        log.Append(LogStream.System, "the platform is always heard");
        time.Advance(TimeSpan.FromSeconds(1));
        log.Append("later");
        log.Flush();
        Assert.False(log.HasPending);
        var lines = Logs.ReadAll(directory.Path);
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"line {i}"), lines[..300]);
        Assert.Equal(["the platform is always heard", "dropped 700 lines: more than 100 lines a second", "later"], lines[300..]);
    }

    [Fact]
    public void A_gap_at_the_end_of_the_log_is_told_too()
    {
        using (var log = new LogAppender(directory.Path, new LogOptions { LinesPerSecond = 1, BurstLines = 2 }, new ManualTime()))
        {
            for (var i = 0; i < 5; i++) log.Append($"line {i}");
        }

        Assert.Equal(["line 0", "line 1", "dropped 3 lines: more than 1 lines a second"], Logs.ReadAll(directory.Path));
    }

    [Fact]
    public void Every_line_above_the_limit_is_either_written_or_counted()
    {
        var time = new ManualTime();
        var random = new Random(4711);
        var appended = 0;
        using (var log = new LogAppender(directory.Path, new LogOptions { LinesPerSecond = 50, BurstLines = 80 }, time))
        {
            for (var step = 0; step < 400; step++)
            {
                for (var i = random.Next(60); i > 0; i--) log.Append($"line {appended++}");
                time.Advance(TimeSpan.FromMilliseconds(random.Next(400)));
                if (random.Next(3) == 0) log.Flush();
            }
        }

        var lines = Logs.ReadAll(directory.Path);
        var dropped = lines.Select(line => DroppedLines().Match(line)).Where(match => match.Success).Sum(match => int.Parse(match.Groups[1].Value));
        var written = lines.Count(line => line.StartsWith("line ", StringComparison.Ordinal));
        Assert.Equal(appended, written + dropped);
        Assert.InRange(written, 80 + 2000, 80 + 4100);
    }

    [Fact]
    public void What_the_disk_refuses_again_and_again_is_counted_as_one()
    {
        // A file that takes nothing, as on a full disk.
        File.CreateSymbolicLink(LogFiles.PathOf(directory.Path, 1), "/dev/full");
        var time = new ManualTime();
        using var log = new LogAppender(directory.Path, new LogOptions { LinesPerSecond = 4, BurstLines = 4 }, time);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 6; i++) log.Append($"line {i}");
            log.Flush();
            // The record of what was dropped is refused as well.
            time.Advance(TimeSpan.FromSeconds(1));
            log.Flush();
        }

        File.WriteAllText(LogFiles.PathOf(directory.Path, 2), "");
        log.Flush();
        Assert.Equal(
            ["dropped 6 lines: more than 4 lines a second", "lost 12 lines: the disk did not take them in time"],
            Logs.ReadAll(directory.Path).TakeLast(2));
    }

    [Fact]
    public void Lines_taken_by_another_thread_are_written_while_further_ones_come()
    {
        using var log = new LogAppender(directory.Path);
        log.Append("one");
        var taken = log.Take()!;
        log.Append("two");
        Assert.Null(log.Take());
        var writing = new Thread(taken.Write);
        writing.Start();
        log.Append("three");
        writing.Join();
        log.Return(taken);
        log.Flush();
        Assert.Equal(["one", "two", "three"], Logs.ReadAll(directory.Path));
    }

    [Fact]
    public void What_the_disk_refuses_is_counted_and_told()
    {
        // A directory in the place of the next file: opening it fails as long as it is there.
        var obstacle = Directory.CreateDirectory(LogFiles.PathOf(directory.Path, 2));
        using var log = new LogAppender(directory.Path, Logs.Small with { FileBytes = 100 });
        log.Append("one");
        log.Append("two");
        log.Flush();
        log.Append(new string('3', 80));
        log.Append("four");
        log.Flush();
        obstacle.Delete();
        log.Append("five");
        log.Flush();
        Assert.Equal(["one", "two", "lost 2 lines: the disk did not take them in time", "five"], Logs.ReadAll(directory.Path));
    }

    [Fact]
    public void A_torn_line_is_skipped_by_readers_and_ended_by_the_next_writer()
    {
        Logs.Write(directory.Path, Logs.Small, "one");
        Logs.Tear(directory.Path, "2026-11-22T11:2");
        Assert.Equal(["one"], Logs.ReadAll(directory.Path));
        Logs.Write(directory.Path, Logs.Small, "two");
        Assert.Equal(["one", "two"], Logs.ReadAll(directory.Path));
        Logs.Tear(directory.Path, "2026-11-22T11:24:02.1234567Z o half a li");
        Assert.Equal(["one", "two"], Logs.ReadAll(directory.Path));
        Logs.Write(directory.Path, Logs.Small, "three");
        Assert.Equal(["one", "two", "half a li [cut short]", "three"], Logs.ReadAll(directory.Path));
    }

    [GeneratedRegex(@"^dropped (\d+) lines?: more than 50 lines a second$")]
    private static partial Regex DroppedLines();
}
