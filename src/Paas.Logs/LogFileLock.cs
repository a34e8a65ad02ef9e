using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Paas.Logs;

/// <summary>
/// Keeps two writers of one source apart, as when the next release's <c>web.1</c> starts while the last one's still drains. Held
/// only around one write; the kernel releases it when a writer dies.
/// </summary>
internal sealed partial class LogFileLock : IDisposable
{
    private const int LockExclusive = 2;
    private const int Unlock = 8;
    private const int Interrupted = 4;

    private const int OpenReadWrite = 0x2;
    private const int OpenCreate = 0x40;
    private const int OpenCloseOnExec = 0x80000;
    private const uint Mode = 0x1A0; // 0640

    private readonly SafeFileHandle _file;

    // Not File.OpenHandle: it takes a lock of its own on whatever it opens, and fails when that is refused.
    public LogFileLock(string directory)
    {
        var path = Path.Combine(directory, "lock");
        var descriptor = Open(path, OpenReadWrite | OpenCreate | OpenCloseOnExec, Mode);
        if (descriptor < 0) throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        _file = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public void Enter()
    {
        while (Flock(_file, LockExclusive) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted) throw new IOException($"flock: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    public void Exit() => _ = Flock(_file, Unlock);

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}
