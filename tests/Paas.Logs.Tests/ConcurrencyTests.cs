using System.Diagnostics;
using System.Globalization;
using Paas.Testing;

namespace Paas.Logs.Tests;

public sealed class ConcurrencyTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Many_threads_write_one_log_and_no_line_is_lost()
    {
        using (var log = new LogWriter(directory.Path, Logs.Small with { FileBytes = 20_000, PendingBytes = 64 << 20 }))
        {
            Parallel.For(0, 8, thread =>
            {
                for (var i = 0; i < 5000; i++) log.Write(LogStream.Stdout, $"{thread} {i}");
            });
        }

        var lines = Logs.ReadAll(directory.Path);
        Assert.Equal(8 * 5000, lines.Length);
        AssertInOrderPerWriter(lines, writers: 8, each: 5000);
    }

    [Fact]
    public void Two_writers_of_one_source_do_not_spoil_each_other()
    {
        Parallel.For(0, 3, writer =>
        {
            using var log = new LogAppender(directory.Path, Logs.Small with { FileBytes = 5_000 });
            for (var i = 0; i < 3000; i++)
            {
                log.Append($"{writer} {i}");
                if (i % 5 == 0) log.Flush();
            }
        });

        AssertInOrderPerWriter(Logs.ReadAll(directory.Path), writers: 3, each: 3000);
        Assert.All(Logs.Files(directory.Path), file => Assert.InRange(new FileInfo(file).Length, 1, 5_000));
    }

    [Fact]
    public void Writers_never_wait_for_the_disk_and_count_what_did_not_fit()
    {
        using (var log = new LogWriter(directory.Path, Logs.Small with { PendingBytes = 4000, FlushAfter = TimeSpan.FromHours(1) }))
        {
            for (var i = 0; i < 1000; i++) log.Write(LogStream.Stdout, $"line {i:D4}");
        }

        var lines = Logs.ReadAll(directory.Path);
        var written = lines.Length - 1;
        Assert.InRange(written, 80, 100);
        Assert.Equal($"lost {1000 - written} lines: the disk did not take them in time", lines[^1]);
    }

    [Fact]
    public async Task A_line_is_in_its_file_promptly_without_a_flush()
    {
        using var log = new LogWriter(directory.Path);
        var slowest = TimeSpan.Zero;
        for (var i = 1; i <= 10; i++)
        {
            var watch = Stopwatch.StartNew();
            log.Write(LogStream.Stdout, $"line {i}");
            while (Logs.ReadAll(directory.Path).Length < i)
            {
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), "the line never came");
                await Task.Delay(2);
            }

            if (watch.Elapsed > slowest) slowest = watch.Elapsed;
        }

        // 30 ms by design; the rest is for a loaded machine.
        Assert.True(slowest < TimeSpan.FromSeconds(2), $"took {slowest}");
    }

    [Fact]
    public async Task A_writer_that_is_killed_again_and_again_leaves_whole_lines()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var next = 0;
        for (var round = 0; round < 4; round++)
        {
            using var writer = Process.Start(new ProcessStartInfo("dotnet")
            {
                ArgumentList = { typeof(Program).Assembly.Location, "write", directory.Path, next.ToString(CultureInfo.InvariantCulture) },
            })!;
            var before = next;
            while (LastNumber() is var last && last < before + 2000) await Task.Delay(5, cancel.Token);
            writer.Kill();
            await writer.WaitForExitAsync(cancel.Token);
            next = LastNumber() + 1;
        }

        var lines = Logs.ReadAll(directory.Path).Where(line => !line.EndsWith(" [cut short]", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, next).Select(number => $"{number} {new string('x', number % 300)}"), lines);
    }

    private int LastNumber()
    {
        var last = new LogReader(directory.Path).ReadLast(2).LastOrDefault(record => !record.Entry.Text.EndsWith(" [cut short]", StringComparison.Ordinal));
        return last.Entry.Text is { } text ? int.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture) : -1;
    }

    private static void AssertInOrderPerWriter(string[] lines, int writers, int each)
    {
        var perWriter = lines.Select(line => line.Split(' ')).ToLookup(parts => parts[0], parts => parts[1]);
        Assert.Equal(writers, perWriter.Count);
        Assert.All(perWriter, writer => Assert.Equal(Enumerable.Range(0, each).Select(i => $"{i}"), writer));
    }
}
