using System.Diagnostics;

namespace Paas.Node.Processes;

/// <summary>A child process with its streams joined to the caller's.</summary>
internal static class OneShotRun
{
    private const int BufferSize = 64 * 1024;

    /// <summary>
    /// Runs a program to its end. When the caller cancels, or one of its streams breaks, <paramref name="kill"/> is called and
    /// must end the program and everything it started.
    /// </summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(
        LauncherThread launcher, ProcessStartInfo start, RunStreams io, Func<Process, Task> kill, CancellationToken ct)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = await launcher.StartAsync(start);
        // Cancelled by the caller, by a stream that breaks, and at the end.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        // One lock, since both may go to the same stream.
        using var writing = new SemaphoreSlim(1);
        var input = FeedAsync(io.Input, process.StandardInput.BaseStream, ended.Token);
        var outputs = Task.WhenAll(
            CopyAsync(process.StandardOutput.BaseStream, io.Output, writing, ended),
            CopyAsync(process.StandardError.BaseStream, io.Error, writing, ended));
        try
        {
            await outputs;
            await process.WaitForExitAsync(ct);
            return process.ExitCode;
        }
        catch
        {
            await kill(process);
            throw;
        }
        finally
        {
            await ended.CancelAsync();
            await process.WaitForExitAsync(CancellationToken.None);
            // A caller's stream that ignores cancellation must not hold the result back.
            await Task.WhenAny(input, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        }
    }

    private static async Task FeedAsync(Stream? from, Stream to, CancellationToken ct)
    {
        try
        {
            await using (to)
            {
                if (from is not null) await from.CopyToAsync(to, ct);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The program reads no more.
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, SemaphoreSlim writing, CancellationTokenSource ended)
    {
        var ct = ended.Token;
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await from.ReadAsync(buffer, ct)) > 0)
        {
            await writing.WaitAsync(ct);
            try
            {
                await to.WriteAsync(buffer.AsMemory(0, read), ct);
                await to.FlushAsync(ct);
            }
            catch
            {
                // The other one must not wait for a program that nobody listens to.
                await ended.CancelAsync();
                throw;
            }
            finally
            {
                writing.Release();
            }
        }
    }
}
