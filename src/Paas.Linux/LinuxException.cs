namespace Paas.Linux;

/// <summary>A system call failed.</summary>
public sealed class LinuxException : IOException
{
    /// <param name="syscall">The call, with what tells it from others of its name, e.g. <c>mount(proc)</c>.</param>
    /// <param name="errno">The positive error number (errno(3)).</param>
    /// <param name="path">The path or name it was about, or null.</param>
    public LinuxException(string syscall, int errno, string? path = null)
        : base(Describe(syscall, errno, path))
    {
        Syscall = syscall;
        Errno = errno;
        Path = path;
    }

    /// <summary>The call that failed.</summary>
    public string Syscall { get; }

    /// <summary>The positive error number.</summary>
    public int Errno { get; }

    /// <summary>What it was about, or null.</summary>
    public string? Path { get; }

    private static string Describe(string syscall, int errno, string? path)
    {
        var subject = path is null ? syscall : $"{syscall} {path}";
        return $"{subject}: {Linux.Errno.Describe(errno)} (errno {errno})";
    }
}
