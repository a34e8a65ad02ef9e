using System.Runtime.InteropServices;
using Paas.Linux;

namespace Paas.Images.Interop;

/// <summary>
/// File system calls relative to directory descriptors, with names as bytes (<see cref="RawPathMarshaller"/>): what
/// <see cref="Files"/> has for paths of the host, for names that come from layers.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int OpenAt(int directory, string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int MakeDirectoryAt(int directory, string path, uint mode);

    [LibraryImport(Library, EntryPoint = "mknodat", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int MakeNodeAt(int directory, string path, uint mode, ulong device);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int SymbolicLinkAt(string target, int directory, string path);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int LinkAt(int oldDirectory, string oldPath, int newDirectory, string newPath, int flags);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int UnlinkAt(int directory, string path, int flags);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int ChangeOwnerAt(int directory, string path, uint user, uint group, int flags);

    [LibraryImport(Library, EntryPoint = "fchmodat", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int ChangeModeAt(int directory, string path, uint mode, int flags);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int SetTimesAt(int directory, string path, Native.timespec* accessedAndModified, int flags);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int Statx(int directory, string path, int flags, uint mask, Native.statx* result);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial nint ReadLinkAt(int directory, string path, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "lsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial int SetAttribute(string path, string name, byte* value, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "lgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial nint GetAttribute(string path, string name, byte* value, nuint size);

    [LibraryImport(Library, EntryPoint = "llistxattr", SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(RawPathMarshaller))]
    public static partial nint ListAttributes(string path, byte* list, nuint size);

    [LibraryImport(Library, EntryPoint = "getdents64", SetLastError = true)]
    public static partial nint ReadDirectory(int descriptor, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int descriptor, long offset, int whence);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SystemCall(nint number, nint a0, nint a1, nint a2, nint a3);
}
