using System.Threading.Channels;
using Paas.Contracts.Supervision;
using Paas.Linux;

namespace Paas.Node.Processes;

/// <summary>A process with its streams joined to the caller's.</summary>
internal static class AttachedRun
{
    private const int BufferSize = 32 * 1024;

    // How long to wait for more after its end, where something it left behind keeps its streams open, and how long at most where
    // that goes on writing.
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
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        var input = FeedAsync(io.Input, process, over.Token);
        var sizes = FollowAsync(io.Sizes, process, over.Token);
        var outputs = Task.WhenAll(
            CopyAsync(process.Output, io.Output, over, silent.Token),
            process.Error is { } error ? CopyAsync(error, io.Error, over, silent.Token) : Task.CompletedTask);
        try
        {
            var status = await process.WaitAsync(over.Token);
            silent.CancelAfter(LastOutput);
            over.CancelAfter(LongestOutput);
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

    private static async Task CopyAsync(Stream from, Stream to, CancellationTokenSource over, CancellationToken silent)
    {
        var buffer = new byte[BufferSize];
        try
        {
            int count;
            while (!over.IsCancellationRequested && (count = await from.ReadAsync(buffer, silent)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), over.Token);
                await to.FlushAsync(over.Token);
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
}
