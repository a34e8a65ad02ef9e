using Microsoft.Win32.SafeHandles;

namespace Paas.Cli.Output;

/// <summary>Standard input as it comes: the console's own stream would edit what is typed at a terminal.</summary>
internal static class StandardInput
{
    public static Stream Open()
    {
        try
        {
            return new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Closed, or not to be read.
            return Stream.Null;
        }
    }
}
