using System.Threading.Channels;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Node.Supervision;

namespace Paas.Node.Processes;

/// <summary>A further process of a container with its streams joined to the caller's.</summary>
internal static class ExecRun
{
    private const int BufferSize = 32 * 1024;

    // How long to wait for more after its end, where something it left behind keeps its streams open, and how long at most where
    // that goes on writing.
    private static readonly TimeSpan LastOutput = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestOutput = TimeSpan.FromSeconds(10);

    /// <summary>Runs it to its end; cancelling, or a stream of the caller's that breaks, hangs it up.</summary>
    /// <returns>The exit status; 128 + n after signal n.</returns>
    /// <exception cref="PaasException">It could not be run, or its container ended in a way that left its end unknown.</exception>
    public static async Task<int> RunAsync(string socket, ExecRequest request, ExecStreams io, CancellationToken ct)
    {
        using var exec = await ExecConnection.StartAsync(socket, request, ct);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        var input = FeedAsync(io.Input, exec, request.Terminal is not null, over.Token);
        var sizes = FollowAsync(io.Sizes, exec, over.Token);
        var outputs = Task.WhenAll(
            CopyAsync(exec.Output, io.Output, over, silent.Token),
            exec.Error is { } error ? CopyAsync(error, io.Error, over, silent.Token) : Task.CompletedTask);
        try
        {
            var ended = await exec.WaitAsync(over.Token)
                ?? throw new PaasException(ErrorCode.Unavailable, "the instance has ended, and the command with it");
            silent.CancelAfter(LastOutput);
            over.CancelAfter(LongestOutput);
            await outputs;
            ct.ThrowIfCancellationRequested();
            return ended.ExitCode ?? 128 + ended.Signal!.Value;
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

    private static async Task FeedAsync(Stream from, ExecConnection exec, bool terminal, CancellationToken ct)
    {
        try
        {
            await from.CopyToAsync(exec.Input, BufferSize, ct);
            // A terminal's end of input is a character, which the caller has sent or not.
            if (!terminal) await exec.Input.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The process reads no more.
        }
    }

    private static async Task FollowAsync(ChannelReader<WindowSize>? sizes, ExecConnection exec, CancellationToken ct)
    {
        if (sizes is null) return;
        try
        {
            await foreach (var size in sizes.ReadAllAsync(ct)) await exec.ResizeAsync(size, ct);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or OperationCanceledException or ObjectDisposedException)
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
