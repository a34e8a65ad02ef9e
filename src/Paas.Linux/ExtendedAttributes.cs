using System.Text;
using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>Extended attributes of a path itself, never of what a symbolic link points to (lgetxattr and its sisters).</summary>
public static unsafe class ExtendedAttributes
{
    /// <summary>The value, or null when the file has no such attribute or its filesystem has none.</summary>
    public static byte[]? Get(string path, string name)
    {
        fixed (byte* p = Kernel.Utf8(path))
        fixed (byte* n = Kernel.Utf8(name))
        {
            while (true)
            {
                var size = Kernel.Call(SYS_lgetxattr, (nint)p, (nint)n);
                if (size is -Errno.ENODATA or -Errno.EOPNOTSUPP) return null;
                var value = new byte[Kernel.Check(size, "lgetxattr", path)];
                if (value.Length == 0) return value;
                fixed (byte* v = value)
                {
                    size = Kernel.Call(SYS_lgetxattr, (nint)p, (nint)n, (nint)v, value.Length);
                }

                // It grew in between.
                if (size == -Errno.ERANGE) continue;
                if (size == -Errno.ENODATA) return null;
                Kernel.Check(size, "lgetxattr", path);
                return size == value.Length ? value : value[..(int)size];
            }
        }
    }

    public static void Set(string path, string name, ReadOnlySpan<byte> value)
    {
        fixed (byte* p = Kernel.Utf8(path))
        fixed (byte* n = Kernel.Utf8(name))
        fixed (byte* v = value)
        {
            Kernel.Check(Kernel.Call(SYS_lsetxattr, (nint)p, (nint)n, (nint)v, value.Length), $"lsetxattr {name}", path);
        }
    }

    /// <summary>Removes the attribute; nothing happens when there is none.</summary>
    public static void Remove(string path, string name)
    {
        fixed (byte* p = Kernel.Utf8(path))
        fixed (byte* n = Kernel.Utf8(name))
        {
            var result = Kernel.Call(SYS_lremovexattr, (nint)p, (nint)n);
            if (result != -Errno.ENODATA) Kernel.Check(result, $"lremovexattr {name}", path);
        }
    }

    /// <summary>Names of all attributes the caller may see; empty where the filesystem has none.</summary>
    public static IReadOnlyList<string> List(string path)
    {
        fixed (byte* p = Kernel.Utf8(path))
        {
            while (true)
            {
                var size = Kernel.Call(SYS_llistxattr, (nint)p);
                if (size is 0 or -Errno.EOPNOTSUPP) return [];
                var names = new byte[Kernel.Check(size, "llistxattr", path)];
                fixed (byte* n = names)
                {
                    size = Kernel.Call(SYS_llistxattr, (nint)p, (nint)n, names.Length);
                }

                if (size == -Errno.ERANGE) continue;
                Kernel.Check(size, "llistxattr", path);
                return Encoding.UTF8.GetString(names, 0, (int)size).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            }
        }
    }

    /// <summary>
    /// Gives an open file those of another one. What the target's filesystem does not take (tmpfs before Linux 6.6 has no user
    /// attributes) is left out.
    /// </summary>
    public static void Copy(SafeFileHandle from, SafeFileHandle to)
    {
        // As long as a list or a value can be (xattr(7)), so that neither has to be asked for twice.
        const int Longest = 64 * 1024;
        var names = Kernel.Call(SYS_flistxattr, from.DangerousGetHandle());
        if (names is 0 or -Errno.EOPNOTSUPP) return;
        var (list, value) = (new byte[Longest], new byte[Longest]);
        fixed (byte* l = list, v = value)
        {
            names = Kernel.Check(Kernel.Call(SYS_flistxattr, from.DangerousGetHandle(), (nint)l, Longest), "flistxattr");
            for (var name = l; name < l + names; name += new ReadOnlySpan<byte>(name, Longest).IndexOf((byte)0) + 1)
            {
                var size = Kernel.Call(SYS_fgetxattr, from.DangerousGetHandle(), (nint)name, (nint)v, Longest);
                if (size == -Errno.ENODATA) continue;
                Kernel.Check(size, "fgetxattr");
                var result = Kernel.Call(SYS_fsetxattr, to.DangerousGetHandle(), (nint)name, (nint)v, size, 0);
                if (result != -Errno.EOPNOTSUPP) Kernel.Check(result, "fsetxattr");
            }
        }
    }
}
