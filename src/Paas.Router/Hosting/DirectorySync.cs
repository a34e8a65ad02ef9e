using System.Runtime.InteropServices;

namespace Paas.Router.Hosting;

/// <summary>fsync(2) of a directory, which makes a rename in it durable; .NET opens no directories.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <exception cref="IOException">The directory cannot be opened or flushed.</exception>
    public static void Flush(string directory)
    {
        var descriptor = Open(directory, ReadOnlyCloseOnExec);
        if (descriptor < 0) throw Failure("open", directory);
        try
        {
            if (FileSync(descriptor) != 0) throw Failure("fsync", directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string call, string directory) =>
        new($"{call} {directory}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
