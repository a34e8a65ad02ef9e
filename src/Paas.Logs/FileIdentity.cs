using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Paas.Logs;

/// <summary>Which file it is, whatever its name (statx(2)).</summary>
internal readonly partial record struct FileIdentity(ulong Inode, ulong Device)
{
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint WantInode = 0x100;

    // struct statx is the same for every processor: stx_ino, then stx_dev_major and stx_dev_minor.
    private const int Size = 256;
    private const int InodeAt = 32;
    private const int DeviceAt = 136;

    /// <summary>The file that is open; null where the kernel does not say.</summary>
    public static unsafe FileIdentity? Of(SafeFileHandle file)
    {
        var status = stackalloc byte[Size];
        return Stat(file, "", EmptyPath, WantInode, status) == 0 ? Read(status) : null;
    }

    /// <summary>The file that has the name now; null where there is none.</summary>
    public static unsafe FileIdentity? Of(string path)
    {
        var status = stackalloc byte[Size];
        return Stat(CurrentDirectory, path, 0, WantInode, status) == 0 ? Read(status) : null;
    }

    private static unsafe FileIdentity Read(byte* status) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(status + InodeAt, sizeof(ulong))),
        BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(status + DeviceAt, sizeof(ulong))));

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Stat(SafeFileHandle directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Stat(int directory, string path, int flags, uint mask, byte* status);
}
