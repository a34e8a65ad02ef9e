using System.Runtime.InteropServices;
using System.Text;
using Paas.Linux;
using static Paas.Linux.Native;

namespace Paas.Images.Interop;

/// <content>Names resolved as a process would whose root this directory is.</content>
internal sealed unsafe partial class DirectoryHandle
{
    /// <summary>
    /// Opens a directory by a path in which links and <c>..</c> count, none of which leads out of this directory: an absolute link
    /// begins here. Null when there is none, or something on the way is no directory.
    /// </summary>
    /// <exception cref="LinuxException">The links go round in a circle (ELOOP), or the kernel refused otherwise.</exception>
    public DirectoryHandle? TryOpenInRoot(string rawPath)
    {
        var how = new open_how
        {
            flags = OpenFlags & ~O_NOFOLLOW, resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
        };
        var path = new byte[rawPath.Length + 2];
        if (rawPath.Length == 0) path[0] = (byte)'.';
        else Encoding.Latin1.GetBytes(rawPath, path);
        int descriptor;
        fixed (byte* start = path) descriptor = (int)Libc.SystemCall(SYS_openat2, _descriptor, (nint)start, (nint)(&how), sizeof(open_how));
        if (descriptor >= 0) return new DirectoryHandle(descriptor, $"{_path}/{rawPath}");
        return Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR ? null : throw Failed("openat2", $"{_path}/{rawPath}");
    }
}
