using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>
/// A procfs that is one: what is written below it reaches the kernel and nothing else, whatever is mounted over parts of
/// <c>/proc</c> (CVE-2019-16884, CVE-2019-19921, CVE-2025-52881).
/// </summary>
public sealed class Procfs : IDisposable
{
    /// <summary>
    /// RESOLVE_* for a lookup from <see cref="Root"/>: never across a mount, so that the answer is procfs's own file; links are
    /// followed only inside (<c>self</c>).
    /// </summary>
    public const int Resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;

    /// <summary>Of procfs's root directory, in every instance.</summary>
    public const ulong RootInode = 1;

    private Procfs(SafeFileHandle root) => Root = root;

    /// <summary>Its root directory.</summary>
    public SafeFileHandle Root { get; }

    /// <summary>The host's <c>/proc</c>, made sure of.</summary>
    /// <exception cref="LinuxException">EXDEV: something else is mounted there.</exception>
    public static Procfs Open()
    {
        var root = Files.Open("/proc", O_PATH | O_DIRECTORY);
        if (Files.FilesystemType(root) == PROC_SUPER_MAGIC && Files.Status(root).Inode == RootInode) return new Procfs(root);
        root.Dispose();
        throw new LinuxException("open procfs", Errno.EXDEV, "/proc");
    }

    /// <summary>Writes a whole file in one write(2).</summary>
    /// <param name="path">Relative to the root: <c>sys/net/ipv4/ip_forward</c>.</param>
    /// <param name="content">The new content.</param>
    /// <exception cref="LinuxException">EXDEV: something is mounted over the file or a directory above it.</exception>
    public void Write(string path, string content)
    {
        using var file = Files.OpenBelow(Root, path, O_WRONLY, Resolve);
        Files.WriteKernelFile(file, content, "/proc/" + path);
    }

    public void Dispose() => Root.Dispose();
}
