using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Paas.Linux;

/// <summary>The one way into the kernel from ordinary managed code. Forked children use <see cref="Launching.SyscallStub"/> instead.</summary>
internal static unsafe partial class Kernel
{
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Raw(nint number, nint a0, nint a1, nint a2, nint a3, nint a4, nint a5);

    /// <summary>The result, or minus the error number.</summary>
    public static nint Call(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        var result = Raw(number, a0, a1, a2, a3, a4, a5);
        return result == -1 ? -Marshal.GetLastPInvokeError() : result;
    }

    public static nint Check(nint result, string syscall, string? path = null) =>
        result >= 0 ? result : throw new LinuxException(syscall, (int)-result, path);

    /// <summary>The highest descriptor this process has got here so far.</summary>
    public static int HighestDescriptor { get; private set; } = 2;

    public static SafeFileHandle Handle(nint result, string syscall, string? path = null) => Handle((int)Check(result, syscall, path));

    /// <summary>An owner for a descriptor the kernel has just given.</summary>
    public static SafeFileHandle Handle(int descriptor)
    {
        // Not exact where two threads race; whoever reads it leaves room.
        if (descriptor > HighestDescriptor) HighestDescriptor = descriptor;
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>NUL-terminated UTF-8, for <c>fixed</c>.</summary>
    public static byte[] Utf8(string text)
    {
        if (text.Contains('\0')) throw new ArgumentException("a path or name cannot contain a NUL character", nameof(text));
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
