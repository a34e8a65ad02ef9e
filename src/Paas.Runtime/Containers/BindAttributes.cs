using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// What becomes of the attributes that a bind mount's source has already, as in runc (crun has no one rule). Without a word on any of
/// them all are kept; with one, those that no word asks for go, and the way to keep access times only where another is named. In a user
/// namespace the kernel locks what protects the host's files; that is kept then, and a word that takes it away is an error.
/// </summary>
internal static class BindAttributes
{
    private const long Locked = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    private const long AccessTimes = MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME;

    // As mount_setattr(2) and statfs(2) name the same.
    private static readonly (long Attribute, string Word, long Status)[] Names =
    [
        (MOUNT_ATTR_RDONLY, "ro", ST_RDONLY), (MOUNT_ATTR_NOSUID, "nosuid", ST_NOSUID), (MOUNT_ATTR_NODEV, "nodev", ST_NODEV),
        (MOUNT_ATTR_NOEXEC, "noexec", ST_NOEXEC), (MOUNT_ATTR_NOATIME, "noatime", ST_NOATIME),
        (MOUNT_ATTR_NODIRATIME, "nodiratime", ST_NODIRATIME),
    ];

    /// <summary>The change that leaves exactly what the words ask for.</summary>
    public static AttributeChange Exact(MountOptions options) => Change(options, Locked);

    /// <summary>The change that leaves what a user namespace may not take away.</summary>
    public static AttributeChange Keeping(MountOptions options) => Change(options, options.Attributes.Clear & Locked);

    /// <summary>Refuses words that would take away from a source what a user namespace may not (EPERM, in runc's words).</summary>
    public static void CheckLocked(MountOptions options, SafeFileHandle tree, string source, string destination)
    {
        var cleared = options.Attributes.Clear & Locked;
        if (cleared == 0 && !options.NamesAccessTimes) return;
        var present = Present(tree);
        if ((present & cleared) is not 0 and var locked) throw Refused($"cannot clear locked flags {Words(locked)}");
        if (options.NamesAccessTimes && (options.Attributes.Set & AccessTimes) != (present & AccessTimes))
        {
            throw Refused($"cannot change locked atime flags {AccessTimeWords(present)}");
        }

        RuntimeException Refused(string reason) => new(
            $"unable to start container process: error during container init: error mounting \"{source}\" to rootfs at \"{destination}\": {reason}: operation not permitted");
    }

    private static AttributeChange Change(MountOptions options, long without)
    {
        if (!options.NamesAttributes) return default;
        var clear = without | MOUNT_ATTR_NOSYMFOLLOW | (options.NamesAccessTimes ? AccessTimes : 0);
        return new(options.Attributes.Set, clear);
    }

    private static long Present(SafeFileHandle tree)
    {
        var status = Files.MountFlags(tree);
        var present = 0L;
        foreach (var (attribute, _, flag) in Names) present |= (status & flag) != 0 ? attribute : 0;
        return (status & (ST_NOATIME | ST_RELATIME)) == 0 ? present | MOUNT_ATTR_STRICTATIME : present;
    }

    private static string Words(long attributes) => string.Join(',', Names.Where(name => (attributes & name.Attribute) != 0).Select(name => name.Word));

    private static string AccessTimeWords(long attributes)
    {
        var directories = (attributes & MOUNT_ATTR_NODIRATIME) != 0 ? "nodiratime," : "";
        return directories + (attributes & MOUNT_ATTR__ATIME) switch
        {
            MOUNT_ATTR_NOATIME => "noatime",
            MOUNT_ATTR_STRICTATIME => "strictatime",
            _ => "relatime",
        };
    }
}
