using System.Globalization;
using System.Text;
using Paas.Linux.Events;
using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>Reading and writing the files of a control group: short texts, each in one system call.</summary>
internal static class GroupFile
{
    /// <summary>Writes a limit.</summary>
    /// <param name="directory">The group.</param>
    /// <param name="name">The file, e.g. <c>memory.max</c>; what stands before the dot is the controller.</param>
    /// <param name="value">What to write.</param>
    /// <exception cref="CgroupException">The file is missing: so is the controller, or this kernel's does not know the limit.</exception>
    /// <exception cref="LinuxException">The kernel refuses the value.</exception>
    public static void Write(string directory, string name, string value)
    {
        var path = $"{directory}/{name}";
        try
        {
            Files.WriteKernelFile(path, value);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            throw Missing(name[..name.IndexOf('.')], path);
        }
        catch (LinuxException e) when (e.Syscall == "write")
        {
            throw new LinuxException($"failed to write \"{value.TrimEnd('\n')}\": write", e.Errno, path);
        }
    }

    /// <summary>As <see cref="Write"/>, with the kernel's verdict instead of an exception for these errors.</summary>
    /// <returns>0 or the error number.</returns>
    public static int TryWrite(string directory, string name, string value, params ReadOnlySpan<int> tolerated)
    {
        try
        {
            Files.WriteKernelFile($"{directory}/{name}", value);
            return 0;
        }
        catch (LinuxException e)
        {
            if (tolerated.Contains(e.Errno)) return e.Errno;
            if (e.Errno == Errno.ENOENT) throw Missing(name[..name.IndexOf('.')], $"{directory}/{name}");
            throw;
        }
    }

    /// <summary>Writes; false when there is no such file.</summary>
    public static bool TryWriteIfExists(string path, string value)
    {
        using var file = Files.OpenIfExists(path, O_WRONLY);
        if (file is null) return false;
        Descriptors.Write(file, Encoding.ASCII.GetBytes(value));
        return true;
    }

    /// <summary>The error of a limit whose controller is not to be had.</summary>
    public static CgroupException Missing(string controller, string? path = null)
    {
        var file = path is null ? "" : $": {path}: no such file or directory";
        return new CgroupException($"cannot set {controller} limit: container could not join or create cgroup with the {controller} controller{file}");
    }

    /// <summary>The content, or null when there is no such file (any more).</summary>
    public static string? TryRead(string path)
    {
        try
        {
            using var file = Files.OpenIfExists(path, O_RDONLY);
            return file is null ? null : Read(file);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENODEV or Errno.EOPNOTSUPP or Errno.ENOTDIR)
        {
            // The group was removed meanwhile, or the kernel was started without what the file is about.
            return null;
        }
    }

    /// <summary>A number; <c>max</c> is the largest there is. Null without the file.</summary>
    public static ulong? Number(string path) => TryRead(path) is { } text ? Parse(text) : null;

    /// <summary>A number as <see cref="Number"/> reads it; a negative one, as v1 writes "no limit", is the largest there is too.</summary>
    public static ulong? Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text is "max" || text.StartsWith("-")) return ulong.MaxValue;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The number behind a name, of files that have a line <c>NAME NUMBER</c> for each.</summary>
    public static ulong? Field(string path, string name)
    {
        foreach (var (key, value) in Fields(path))
        {
            if (key == name) return value;
        }

        return null;
    }

    /// <summary>All lines <c>NAME NUMBER</c>; nothing without the file.</summary>
    public static IEnumerable<(string Name, ulong Value)> Fields(string path)
    {
        foreach (var line in (TryRead(path) ?? "").Split('\n'))
        {
            var space = line.IndexOf(' ');
            if (space > 0 && Parse(line.AsSpan(space + 1)) is { } value) yield return (line[..space], value);
        }
    }

    private static string Read(Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var count = Descriptors.Read(file, buffer);
        if (count <= 0) return "";
        if (count < buffer.Length) return Encoding.UTF8.GetString(buffer[..count]);
        var text = new StringBuilder(Encoding.UTF8.GetString(buffer));
        while ((count = Descriptors.Read(file, buffer)) > 0) text.Append(Encoding.UTF8.GetString(buffer[..count]));
        return text.ToString();
    }
}
