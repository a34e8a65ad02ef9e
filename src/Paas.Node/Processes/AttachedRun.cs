using System.Threading.Channels;
using Paas.Contracts.Supervision;
using Paas.Linux;

namespace Paas.Node.Processes;

/// <summary>A process with its streams joined to the caller's.</summary>
internal static class AttachedRun
{
    private const int BufferSize = 32 * 1024;

    // How much of what the process has written can still be unread at its end: what a pipe holds (pipe(7)), or a terminal.
    private const int LeftInPipe = 64 * 1024;

    // How long to wait for more after its end, where something it left behind keeps its streams open, and how long at most to carry
    // what that goes on writing. What the process itself has written is carried however slowly the caller takes it.
    private static readonly TimeSpan LastOutput = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestOutput = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Carries bytes until it has ended. It is not ended when this is cancelled or a stream of the caller's breaks: disposing it is.
    /// </summary>
    /// <returns>The exit status; 128 + n after signal n.</returns>
    /// <exception cref="Contracts.Errors.PaasException">How it ended is not known.</exception>
    public static async Task<int> RunAsync(IAttachedProcess process, RunStreams io, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var end = new OutputEnd(over.Token);
        var input = FeedAsync(io.Input, process, over.Token);
        var sizes = FollowAsync(io.Sizes, process, over.Token);
        var outputs = Task.WhenAll(
            CopyAsync(process.Output, io.Output, over, end),
            process.Error is { } error ? CopyAsync(error, io.Error, over, end) : Task.CompletedTask);
        try
        {
            var status = await process.WaitAsync(over.Token);
            end.Begin();
            await outputs;
            ct.ThrowIfCancellationRequested();
            return status;
        }
        catch (OperationCanceledException) when (outputs.IsFaulted)
        {
            await outputs;
            throw;
        }
        finally
        {
            await over.CancelAsync();
            // A caller's stream that ignores cancellation must not hold the result back.
            await Task.WhenAny(Task.WhenAll(input, sizes), Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        }
    }

    private static async Task FeedAsync(Stream? from, IAttachedProcess process, CancellationToken ct)
    {
        try
        {
            if (from is not null) await from.CopyToAsync(process.Input, BufferSize, ct);
            // A terminal's end of input is a character, which the caller has sent or not.
            if (process.Error is not null) await process.Input.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The process reads no more.
        }
    }

    private static async Task FollowAsync(ChannelReader<WindowSize>? sizes, IAttachedProcess process, CancellationToken ct)
    {
        if (sizes is null) return;
        try
        {
            await foreach (var size in sizes.ReadAllAsync(ct)) await process.ResizeAsync(size, ct);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or LinuxException or OperationCanceledException or ObjectDisposedException)
        {
            // It has ended.
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationTokenSource over, OutputEnd end)
    {
        var buffer = new byte[BufferSize];
        var afterEnd = 0L;
        try
        {
            var ct = over.Token;
            while (!ct.IsCancellationRequested)
            {
                var hasEnded = end.HasBegun;
                var count = await from.ReadAsync(buffer, end.Silent);
                if (count == 0) return;
                if (hasEnded) afterEnd += count;
                if (afterEnd > LeftInPipe) ct = end.Late;
                await to.WriteAsync(buffer.AsMemory(0, count), ct);
                await to.FlushAsync(ct);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody wants more, or no more comes.
        }
        catch
        {
            // The caller's stream is broken: the process need not go on.
            await over.CancelAsync();
            throw;
        }
    }

    /// <summary>What the end of a process means for its output, which others may hold open.</summary>
    private sealed class OutputEnd : IDisposable
    {
        private readonly CancellationTokenSource _silent;
        private readonly CancellationTokenSource _late;
        private volatile bool _hasBegun;

        public OutputEnd(CancellationToken over)
        {
            _silent = CancellationTokenSource.CreateLinkedTokenSource(over);
            _late = CancellationTokenSource.CreateLinkedTokenSource(over);
            (Silent, Late) = (_silent.Token, _late.Token);
        }

        /// <summary>True once the process has ended: it writes no more.</summary>
        public bool HasBegun => _hasBegun;

        /// <summary>Cancelled when no more is waited for.</summary>
        public CancellationToken Silent { get; }

        /// <summary>Cancelled when what others write is carried no longer.</summary>
        public CancellationToken Late { get; }

        public void Begin()
        {
            _hasBegun = true;
            _silent.CancelAfter(LastOutput);
            _late.CancelAfter(LongestOutput);
        }

        public void Dispose()
        {
            _silent.Dispose();
            _late.Dispose();
        }
    }
}
