using System.Runtime.InteropServices;
using System.Text;
using Paas.Linux;

namespace Paas.Images.Interop;

/// <content>Extended attributes, reached through the descriptor's name in proc so that no directory on the way can be swapped.</content>
internal sealed unsafe partial class DirectoryHandle
{
    /// <summary>Names of the file's attributes, sorted; empty where the filesystem has none.</summary>
    public IReadOnlyList<string> AttributeNames(string name)
    {
        var path = ProcPath(name);
        var size = Libc.ListAttributes(path, null, 0);
        if (size == 0) return [];
        if (size < 0) return Marshal.GetLastPInvokeError() == Errno.EOPNOTSUPP ? [] : throw FailedAt("llistxattr", name);
        var list = new byte[size];
        fixed (byte* start = list) size = Libc.ListAttributes(path, start, (nuint)size);
        if (size < 0) throw FailedAt("llistxattr", name);
        var names = Encoding.Latin1.GetString(list, 0, (int)size).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <summary>The attribute's value; null when the file has no such attribute.</summary>
    public byte[]? Attribute(string name, string attribute)
    {
        var path = ProcPath(name);
        var size = Libc.GetAttribute(path, attribute, null, 0);
        if (size < 0) return NoAttribute() ? null : throw FailedAt("lgetxattr", name);
        var value = new byte[size];
        fixed (byte* start = value) size = Libc.GetAttribute(path, attribute, start, (nuint)size);
        return size == value.Length ? value : throw FailedAt("lgetxattr", name);
    }

    /// <summary>Sets the attribute; false where the filesystem or the file's kind cannot hold it.</summary>
    public bool TrySetAttribute(string name, string attribute, ReadOnlySpan<byte> value)
    {
        int result;
        fixed (byte* start = value) result = Libc.SetAttribute(ProcPath(name), attribute, start, (nuint)value.Length, 0);
        if (result == 0) return true;
        return Marshal.GetLastPInvokeError() switch
        {
            Errno.EOPNOTSUPP => false,
            // The answer for user attributes of links and devices.
            Errno.EPERM when attribute.StartsWith("user.", StringComparison.Ordinal) => false,
            _ => throw FailedAt("lsetxattr", name),
        };
    }

    private static bool NoAttribute() => Marshal.GetLastPInvokeError() is Errno.ENODATA or Errno.EOPNOTSUPP;

    private string ProcPath(string name) => $"/proc/self/fd/{_descriptor}/{name}";
}
