using System.ComponentModel;
using System.Diagnostics;

namespace Paas.Node.Processes;

/// <summary>A short program of the host, run to its end.</summary>
internal static class HostCommand
{
    /// <summary>
    /// Runs a program. It is started before the first await, so in the network namespace of the calling thread.
    /// Cancelling kills it.
    /// </summary>
    /// <returns>Its exit status, or -1 where there is no such program, and what it wrote to both outputs.</returns>
    public static async Task<(int Status, string Output)> RunAsync(
        string program, IReadOnlyList<string> arguments, string? input, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return (-1, $"{program} is not installed");
        }

        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var error = process.StandardError.ReadToEndAsync(ct);
            await WriteAsync(process, input, ct);
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, (await output) + (await error));
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static async Task WriteAsync(Process process, string? input, CancellationToken ct)
    {
        try
        {
            await using var stream = process.StandardInput;
            if (input is not null) await stream.WriteAsync(input.AsMemory(), ct);
        }
        catch (IOException)
        {
            // It ended without reading; its exit status says more.
        }
    }
}
