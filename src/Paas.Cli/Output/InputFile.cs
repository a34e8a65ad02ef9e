using Paas.Cli.CommandLine;
using Paas.Cli.Ssh;

namespace Paas.Cli.Output;

/// <summary>A file that a command reads, or its standard input.</summary>
internal static class InputFile
{
    /// <summary>What means standard input in a file's place.</summary>
    public const string StandardInputName = "-";

    /// <summary>A usage error for a file that cannot be read. In a session over SSH there are no files: they would be the server's.</summary>
    public static Stream Open(string path)
    {
        if (path == StandardInputName) return StandardInput.Open();
        if (SshSession.IsOne) throw new UsageException($"{path} is not on the server", "Send it on standard input: ssh … < FILE");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {error.Message}");
        }
    }
}
