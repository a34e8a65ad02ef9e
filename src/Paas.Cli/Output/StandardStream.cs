using System.Runtime.InteropServices;

namespace Paas.Cli.Output;

/// <summary>The reader of our output has gone: what SIGPIPE would have said.</summary>
internal sealed class BrokenPipeException : Exception
{
    /// <summary>What a shell reports for a program that SIGPIPE ended.</summary>
    public const int ExitCode = 128 + 13;
}

/// <summary>
/// Standard output or error, written with write(2): the console's own stream swallows a broken pipe, so that
/// <c>paas logs --tail | head -1</c> would never end.
/// </summary>
internal sealed partial class StandardStream(int descriptor)
{
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int BrokenPipe = 32;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var written = WriteTo(descriptor, bytes, (nuint)bytes.Length);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted: continue;
                case TryAgain: Thread.Sleep(1); continue;
                case BrokenPipe: throw new BrokenPipeException();
                case var error: throw new IOException($"cannot write the output: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, ReadOnlySpan<byte> buffer, nuint count);
}
