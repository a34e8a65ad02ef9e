using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// mount(2), for the one thing it can and fsconfig(2) cannot: a value of more than 255 bytes, a list of an overlay's layers say.
/// The place is the working directory, so that here too it is a descriptor and not a path.
/// </summary>
internal sealed class ClassicMountSteps(LaunchProgram program)
{
    /// <summary>The longest value that fsconfig(2) takes.</summary>
    public const int LongestValue = 255;

    // Words that are flags here, and those that only take one away.
    private static readonly Dictionary<string, long> Flags = new()
    {
        ["sync"] = MS_SYNCHRONOUS, ["dirsync"] = MS_DIRSYNC, ["mand"] = MS_MANDLOCK, ["lazytime"] = MS_LAZYTIME, ["ro"] = MS_RDONLY,
        ["async"] = 0, ["nomand"] = 0, ["nolazytime"] = 0,
    };

    /// <summary>True when there is no other way.</summary>
    public static bool IsNeeded(IReadOnlyList<(string Key, string? Value)> options) =>
        options.Any(option => option.Value is not null && System.Text.Encoding.UTF8.GetByteCount(option.Value) > LongestValue);

    /// <summary>Mounts a new filesystem at an open directory.</summary>
    public void Add(
        string type, string? source, IReadOnlyList<(string Key, string? Value)> options, long attributes, Register target, string path)
    {
        var step = $"mount {type}";
        var flags = MountFlags(attributes);
        var data = new List<string>();
        foreach (var (key, value) in options)
        {
            if (value is null && Flags.TryGetValue(key, out var flag)) flags |= flag;
            else data.Add(value is null ? key : $"{key}={value}");
        }

        program.Add(step, path, SYS_fchdir, target);
        program.Add(
            step, path, SYS_mount, program.Text(string.IsNullOrEmpty(source) ? "none" : source), program.Text("."), program.Text(type), flags,
            program.Text(string.Join(',', data)));
    }

    private static long MountFlags(long attributes)
    {
        // The same bits in both.
        var flags = attributes & (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
        if ((attributes & MOUNT_ATTR_NOATIME) != 0) flags |= MS_NOATIME;
        if ((attributes & MOUNT_ATTR_STRICTATIME) != 0) flags |= MS_STRICTATIME;
        if ((attributes & MOUNT_ATTR_NODIRATIME) != 0) flags |= MS_NODIRATIME;
        if ((attributes & MOUNT_ATTR_NOSYMFOLLOW) != 0) flags |= MS_NOSYMFOLLOW;
        return flags;
    }
}
