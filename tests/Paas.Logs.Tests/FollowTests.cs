using Paas.Testing;

namespace Paas.Logs.Tests;

public sealed class FollowTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly CancellationTokenSource cancel = new(TimeSpan.FromSeconds(60));

    public void Dispose()
    {
        cancel.Dispose();
        directory.Dispose();
    }

    [Fact]
    public void The_last_lines_are_found_across_files_for_every_count()
    {
        Logs.Write(directory.Path, Logs.Small, Enumerable.Range(0, 200).Select(i => $"line {i} {new string('.', i % 90)}"));
        Assert.True(Logs.Files(directory.Path).Length > 10);
        var all = Logs.ReadAll(directory.Path);
        Assert.Equal(200, all.Length);
        for (var count = 0; count <= 205; count++)
        {
            Assert.Equal(all.TakeLast(count), Logs.Texts(new LogReader(directory.Path).ReadLast(count)));
        }
    }

    [Fact]
    public void The_last_lines_of_a_large_file_are_found()
    {
        Logs.Write(directory.Path, new LogOptions { LinesPerSecond = 0, PendingBytes = 64 << 20 }, Enumerable.Range(0, 20_000).Select(i => $"line {i} {new string('.', i % 60)}"));
        Assert.Single(Logs.Files(directory.Path));
        foreach (var count in (int[])[1, 2, 100, 5_000, 19_999, 20_000])
        {
            var last = new LogReader(directory.Path).ReadLast(count);
            Assert.Equal(count, last.Count);
            Assert.StartsWith($"line {20_000 - count} ", last[0].Entry.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Reading_goes_on_from_any_position()
    {
        Logs.Write(directory.Path, Logs.Small, Enumerable.Range(0, 60).Select(i => $"line {i}"));
        var all = new LogReader(directory.Path).Read(LogPosition.Start, int.MaxValue);
        for (var i = 0; i < all.Count; i++)
        {
            Assert.True(LogPosition.TryParse(all[i].Next.ToString(), out var next));
            Assert.Equal(all[i].Next, next);
            Assert.Equal(all.Skip(i + 1).Select(record => record.Entry), new LogReader(directory.Path).Read(next, 99).Select(record => record.Entry));
        }
    }

    [Fact]
    public void A_log_that_is_not_there_is_empty()
    {
        var reader = new LogReader(directory.Combine("nowhere"));
        Assert.Empty(reader.ReadLast(10));
        Assert.Equal(LogPosition.Start, reader.Last(0));
    }

    [Fact]
    public void A_position_of_a_log_begun_anew_means_its_start()
    {
        Logs.Write(directory.Path, Logs.Small, "new");
        Assert.Equal("new", Assert.Single(Logs.Texts(new LogReader(directory.Path).Read(new LogPosition(17, 5), 9))));
        Assert.Equal("new", Assert.Single(Logs.Texts(new LogReader(directory.Path).Read(new LogPosition(1, 5000), 9))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("-1")]
    [InlineData("1--1")]
    [InlineData("a-1")]
    [InlineData("99999999999999999999-1")]
    [InlineData(null)]
    public void What_is_no_position_is_refused(string? text) => Assert.False(LogPosition.TryParse(text, out _));

    [Fact]
    public async Task A_follower_begun_before_the_log_sees_its_first_line()
    {
        var source = directory.Combine("later");
        var following = new LogFollower(source).FollowAsync(LogPosition.Start, cancel.Token).TakeAsync(1, cancel.Token);
        Logs.Write(source, Logs.Small, "first");
        Assert.Equal("first", (await following)[0].Entry.Text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Followers_that_come_and_go_see_every_line_once_across_rotation_and_restarts(int seed)
    {
        const int Lines = 6000;
        var writing = Task.Run(() => WriteWithRestarts(new Random(seed), Lines));
        var random = new Random(seed + 100);
        var seen = new List<string>();
        var position = LogPosition.Start;
        while (seen.Count < Lines)
        {
            // Each takes some lines, and the next one resumes from the string the last one kept.
            var some = Math.Min(Lines - seen.Count, 1 + random.Next(900));
            var records = await new LogFollower(directory.Path).FollowAsync(position, cancel.Token).TakeAsync(some, cancel.Token);
            seen.AddRange(Logs.Texts(records));
            Assert.True(LogPosition.TryParse(records[^1].Next.ToString(), out position));
        }

        await writing;
        Assert.Equal(Enumerable.Range(0, Lines).Select(Line), seen);
        Assert.Empty(new LogReader(directory.Path).Read(position, 1));
    }

    [Fact]
    public async Task A_follower_slower_than_retention_goes_on_with_the_oldest_line_left()
    {
        var options = Logs.Small with { Files = 3 };
        using var log = new LogAppender(directory.Path, options);
        log.Append("line 0");
        log.Flush();
        await using var follower = new LogFollower(directory.Path).FollowAsync(LogPosition.Start, cancel.Token).GetAsyncEnumerator();
        Assert.True(await follower.MoveNextAsync());
        for (var i = 1; i < 1000; i++)
        {
            log.Append($"line {i}");
            log.Flush();
        }

        var numbers = new List<int>();
        while (numbers.LastOrDefault() != 999 && await follower.MoveNextAsync()) numbers.Add(int.Parse(follower.Current.Entry.Text[5..]));

        // The rest of the file it held open, then a gap, then everything left.
        Assert.Equal(1, numbers[0]);
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.Equal(1, numbers.Zip(numbers.Skip(1)).Count(pair => pair.Second != pair.First + 1));
    }

    [Fact]
    public async Task A_torn_line_does_not_stop_a_follower()
    {
        Logs.Write(directory.Path, Logs.Small, "one");
        var following = new LogFollower(directory.Path).FollowAsync(LogPosition.Start, cancel.Token).TakeAsync(4, cancel.Token);
        Logs.Tear(directory.Path, "2026-11-22T1");
        Logs.Write(directory.Path, Logs.Small, "two");
        Logs.Tear(directory.Path, "2026-11-22T11:24:02.1234567Z e ha");
        Logs.Write(directory.Path, Logs.Small, "three");
        Assert.Equal(["one", "two", "ha [cut short]", "three"], Logs.Texts(await following));
    }

    private static string Line(int number) => $"line {number} {new string('.', number * 7 % 190)}";

    private void WriteWithRestarts(Random random, int lines)
    {
        for (var number = 0; number < lines;)
        {
            using var log = new LogAppender(directory.Path, Logs.Small with { FileBytes = random.Next(300, 3000) });
            for (var end = Math.Min(lines, number + random.Next(1, 800)); number < end; number++)
            {
                log.Append(Line(number));
                if (random.Next(4) == 0) log.Flush();
                if (random.Next(500) == 0) Thread.Sleep(1);
            }

            log.Flush();
            if (random.Next(2) == 0) Logs.Tear(directory.Path, "2026-11-22T11:24:02.123"[..random.Next(1, 23)]);
        }
    }
}
