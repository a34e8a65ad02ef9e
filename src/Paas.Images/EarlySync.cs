using Microsoft.Win32.SafeHandles;
using Paas.Linux;

namespace Paas.Images;

/// <summary>
/// Begins to write a growing file to disk while it still grows. Without it all of a layer waits in memory until its end, and whoever
/// brings it then waits for the disk.
/// </summary>
/// <param name="file">Open for writing, filled from its start to its end.</param>
/// <param name="begun">Bytes that need no more attention.</param>
internal struct EarlySync(SafeFileHandle file, long begun = 0)
{
    // Large enough for a disk to write in one go, small enough that the last piece is soon written.
    private const long Step = 8 << 20;

    private long _begun = begun;

    /// <summary>Says that the file has been filled up to <paramref name="size"/> bytes.</summary>
    public void Advance(long size)
    {
        if (size - _begun < Step) return;
        Files.BeginSync(file, _begun, size - _begun);
        _begun = size;
    }
}
