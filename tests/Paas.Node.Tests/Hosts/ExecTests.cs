using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Testing;

namespace Paas.Node.Tests.Hosts;

[Collection(nameof(TestNode))]
public sealed class ExecTests(TestNode node)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [RootFact]
    public async Task A_megabyte_goes_through_its_pipes_and_back()
    {
        await node.Host.StartAsync(node.WebServer("exec-pipes"), None);
        var bytes = new byte[1 << 20];
        new Random(4711).NextBytes(bytes);
        using var output = new MemoryStream();
        using var error = new MemoryStream();

        var code = await node.Host.ExecAsync("exec-pipes", Shell("cat; echo end >&2; exit 3"), new ExecStreams(new MemoryStream(bytes), output, error), None);

        Assert.Equal((3, "end\n"), (code, Encoding.UTF8.GetString(error.ToArray())));
        Assert.Equal(bytes, output.ToArray());
        await node.Host.RemoveAsync("exec-pipes", None);
    }

    [RootFact]
    public async Task At_a_terminal_it_learns_of_sizes_and_what_stays_behind_does_not_hold_it_up()
    {
        await node.Host.StartAsync(node.WebServer("exec-terminal"), None);
        var typed = new Pipe();
        var shown = new Pipe();
        var sizes = Channel.CreateUnbounded<WindowSize>();
        var io = new ExecStreams(typed.Reader.AsStream(), shown.Writer.AsStream(), Stream.Null, sizes.Reader);
        var run = node.Host.ExecAsync("exec-terminal", Shell("stty size; read x; stty size; trap '' HUP; sleep 1000 & exit 7", new WindowSize(10, 20)), io, None);
        using var reader = new StreamReader(shown.Reader.AsStream());

        Assert.Equal("10 20", await reader.ReadLineAsync());
        sizes.Writer.TryWrite(new WindowSize(30, 40));
        await Task.Delay(500);
        await typed.Writer.WriteAsync("x\n"u8.ToArray());

        Assert.Equal("x", await reader.ReadLineAsync());
        Assert.Equal("30 40", await reader.ReadLineAsync());
        Assert.Equal(7, await run.WaitAsync(TimeSpan.FromSeconds(20)));
        await node.Host.RemoveAsync("exec-terminal", None);
    }

    [RootFact]
    public async Task What_it_has_written_reaches_a_reader_that_takes_its_time_and_what_it_left_behind_writes_in_vain()
    {
        await node.Host.StartAsync(node.WebServer("exec-slow"), None);
        using var slow = new SlowStream(TimeSpan.FromSeconds(11));
        using var quick = new SlowStream(TimeSpan.Zero);

        var written = node.Host.ExecAsync("exec-slow", Shell("head -c 60000 /dev/zero; exit 3"), new ExecStreams(Stream.Null, slow, Stream.Null), None);
        var leaving = node.Host.ExecAsync("exec-slow", Shell("busybox yes & exit 4"), new ExecStreams(Stream.Null, quick, Stream.Null), None);

        Assert.Equal(4, await leaving.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(3, await written.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(60_000, slow.Count);
        await node.Host.RemoveAsync("exec-slow", None);
    }

    [RootFact]
    public async Task Cancelling_hangs_it_up()
    {
        var container = await node.Host.StartAsync(node.WebServer("exec-cancelled"), None);
        using var gone = new CancellationTokenSource();
        var shown = new Pipe();
        var run = node.Host.ExecAsync("exec-cancelled", Shell("echo $$; exec sleep 1000"), new ExecStreams(new Pipe().Reader.AsStream(), shown.Writer.AsStream(), Stream.Null), gone.Token);
        var pid = await new StreamReader(shown.Reader.AsStream()).ReadLineAsync();
        var process = $"/proc/{container.State!.Pid}/root/proc/{pid}";
        Assert.True(Directory.Exists(process));

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await TestNode.UntilAsync(() => Task.FromResult(!Directory.Exists(process)), "the end of the process");
        await node.Host.RemoveAsync("exec-cancelled", None);
    }

    [RootFact]
    public async Task Without_a_container_there_is_an_error_and_its_end_ends_the_process()
    {
        var nothing = new ExecStreams(Stream.Null, Stream.Null, Stream.Null);
        var error = await Assert.ThrowsAsync<PaasException>(() => node.Host.ExecAsync("exec-nobody", Shell("true"), nothing, None));
        Assert.Equal(ErrorCode.Conflict, error.Code);
        await node.Host.StartAsync(node.WebServer("exec-removed"), None);
        var shown = new Pipe();
        var run = node.Host.ExecAsync("exec-removed", Shell("echo ready; exec sleep 1000"), new ExecStreams(new Pipe().Reader.AsStream(), shown.Writer.AsStream(), Stream.Null), None);
        await new StreamReader(shown.Reader.AsStream()).ReadLineAsync();
        await node.Host.RemoveAsync("exec-removed", None);
        Assert.Equal(128 + 9, await run);
    }

    /// <summary>Takes its time before it takes the first bytes; counts them.</summary>
    private sealed class SlowStream(TimeSpan first) : MemoryStream
    {
        public long Count { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Count == 0) await Task.Delay(first, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            Count += buffer.Length;
        }
    }

    private static ExecRequest Shell(string script, WindowSize? terminal = null) => new(["sh", "-c", script], Terminal: terminal);
}
