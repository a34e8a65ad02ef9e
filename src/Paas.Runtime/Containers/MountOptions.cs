using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>The options of one mount (runtime-spec config.md, Linux mount options), sorted by how the kernel takes them.</summary>
internal sealed class MountOptions
{
    /// <summary>Every word that is understood here, or by any filesystem, in alphabetical order (for <c>features</c>).</summary>
    public static readonly IReadOnlyList<string> Words =
    [
        "acl", "async", "atime", "bind", "copy-symlink", "defaults", "dev", "diratime", "dirsync", "exec", "idmap", "iversion", "lazytime",
        "loud", "mand", "noacl", "noatime", "nodev", "nodiratime", "noexec", "noiversion", "nolazytime", "nomand", "norelatime",
        "nostrictatime", "nosuid", "nosymfollow", "private", "ratime", "rbind", "rdev", "rdiratime", "relatime", "remount", "rexec",
        "ridmap", "rnoatime", "rnodev", "rnodiratime", "rnoexec", "rnorelatime", "rnostrictatime", "rnosuid", "rnosymfollow", "ro",
        "rprivate", "rrelatime", "rro", "rrw", "rshared", "rslave", "rstrictatime", "rsuid", "rsymfollow", "runbindable", "rw", "shared",
        "silent", "slave", "strictatime", "suid", "symfollow", "sync", "tmpcopyup", "unbindable",
    ];

    private readonly List<(string Key, string? Value)> _filesystem = [];
    private bool _relatime;

    private MountOptions()
    {
    }

    /// <summary>True for a bind mount.</summary>
    public bool Bind { get; private set; }

    /// <summary>True when mounts below the source come along.</summary>
    public bool RecursiveBind { get; private set; }

    /// <summary>True to change what is mounted there already; with <see cref="Bind"/> only that mount, not its filesystem.</summary>
    public bool Remount { get; private set; }

    /// <summary>True to fill a new tmpfs with what the image has at its place.</summary>
    public bool CopyUp { get; private set; }

    /// <summary>True to make a copy of a source that is a symbolic link, instead of mounting what it points to.</summary>
    public bool CopySymbolicLink { get; private set; }

    /// <summary>Attributes of the mount itself.</summary>
    public AttributeChange Attributes { get; private set; }

    /// <summary>True when a word speaks of an attribute of the mount itself, if only to take it away.</summary>
    public bool NamesAttributes { get; private set; }

    /// <summary>True when a word asks for a way to keep access times. Those that only take one away (<c>atime</c>) ask for none.</summary>
    public bool NamesAccessTimes => _relatime || (Attributes.Set & (MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME)) != 0;

    /// <summary>Attributes of the mount and all below it.</summary>
    public AttributeChange RecursiveAttributes { get; private set; }

    /// <summary>MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE, or 0.</summary>
    public long Propagation { get; private set; }

    public bool PropagationRecursive { get; private set; }

    /// <summary>Map the ids of the files; with <see cref="RecursiveIdMap"/> also of mounts below.</summary>
    public bool IdMap { get; private set; }

    /// <inheritdoc cref="IdMap"/>
    public bool RecursiveIdMap { get; private set; }

    public bool ReadOnly => (NewMount & MOUNT_ATTR_RDONLY) != 0;

    /// <summary>MOUNT_ATTR_* of a mount that had none before and has none below.</summary>
    public long NewMount => RecursiveAttributes.ApplyTo(Attributes.Set);

    /// <summary>What is left for the filesystem itself: <c>size=64m</c>, <c>newinstance</c>, <c>sync</c>.</summary>
    public IReadOnlyList<(string Key, string? Value)> Filesystem => _filesystem;

    /// <summary>Sorts a bundle's options. Words nobody knows here are the filesystem's to judge.</summary>
    public static MountOptions Parse(IReadOnlyList<string>? options)
    {
        var result = new MountOptions();
        foreach (var option in options ?? []) result.Add(option);
        return result;
    }

    private void Add(string option)
    {
        if (PropagationOf(option) is var (propagation, recursive))
        {
            (Propagation, PropagationRecursive) = (propagation, recursive);
        }
        else if (AttributeOf(option) is var (attribute, clears))
        {
            Attributes = Attributes.With(attribute, clears);
            NamesAttributes = true;
            if (option is "relatime" or "norelatime") _relatime = option == "relatime";
        }
        else if (option.StartsWith('r') && AttributeOf(option[1..]) is var (below, clearsBelow))
        {
            RecursiveAttributes = RecursiveAttributes.With(below, clearsBelow);
        }
        else if (!AddKind(option))
        {
            var equals = option.IndexOf('=');
            _filesystem.Add(equals < 0 ? (option, null) : (option[..equals], option[(equals + 1)..]));
        }
    }

    private bool AddKind(string option)
    {
        switch (option)
        {
            case "bind":
                return Bind = true;
            case "rbind":
                return Bind = RecursiveBind = true;
            case "remount":
                return Remount = true;
            case "tmpcopyup":
                return CopyUp = true;
            case "copy-symlink":
                return CopySymbolicLink = true;
            case "idmap":
                return IdMap = true;
            case "ridmap":
                return IdMap = RecursiveIdMap = true;
            default:
                // Words of mount(8) that are the default, or that no kernel lets a mount choose any more.
                return option is "defaults" or "silent" or "loud" or "nofail" or "iversion" or "noiversion" or "acl" or "noacl";
        }
    }

    // The attribute behind a word, and whether the word takes it away. 0 are access times kept relative, the kernel's own choice.
    private static (long Attribute, bool Clears)? AttributeOf(string word) => word switch
    {
        "ro" => (MOUNT_ATTR_RDONLY, false),
        "rw" => (MOUNT_ATTR_RDONLY, true),
        "nosuid" => (MOUNT_ATTR_NOSUID, false),
        "suid" => (MOUNT_ATTR_NOSUID, true),
        "nodev" => (MOUNT_ATTR_NODEV, false),
        "dev" => (MOUNT_ATTR_NODEV, true),
        "noexec" => (MOUNT_ATTR_NOEXEC, false),
        "exec" => (MOUNT_ATTR_NOEXEC, true),
        "nodiratime" => (MOUNT_ATTR_NODIRATIME, false),
        "diratime" => (MOUNT_ATTR_NODIRATIME, true),
        "nosymfollow" => (MOUNT_ATTR_NOSYMFOLLOW, false),
        "symfollow" => (MOUNT_ATTR_NOSYMFOLLOW, true),
        "noatime" => (MOUNT_ATTR_NOATIME, false),
        "strictatime" => (MOUNT_ATTR_STRICTATIME, false),
        "relatime" or "norelatime" or "atime" or "nostrictatime" => (0, false),
        _ => null,
    };

    /// <summary>MS_* and recursion of a propagation word; null for any other.</summary>
    public static (long Propagation, bool Recursive)? PropagationOf(string word) => word switch
    {
        "private" => (MS_PRIVATE, false),
        "rprivate" => (MS_PRIVATE, true),
        "slave" => (MS_SLAVE, false),
        "rslave" => (MS_SLAVE, true),
        "shared" => (MS_SHARED, false),
        "rshared" => (MS_SHARED, true),
        "unbindable" => (MS_UNBINDABLE, false),
        "runbindable" => (MS_UNBINDABLE, true),
        _ => null,
    };
}

/// <summary>A change of a mount's MOUNT_ATTR_*, as mount_setattr(2) takes it.</summary>
/// <param name="Set">To set.</param>
/// <param name="Clear">To clear, before.</param>
internal readonly record struct AttributeChange(long Set, long Clear)
{
    /// <summary>True where there is something to do.</summary>
    public bool Any => (Set | Clear) != 0;

    /// <summary>The same change with one more word, which wins over those before it.</summary>
    public AttributeChange With(long attribute, bool clears)
    {
        // The ways to keep access times are one field: it is cleared before one is set.
        var field = attribute == 0 || (attribute & MOUNT_ATTR__ATIME) != 0 ? MOUNT_ATTR__ATIME : attribute;
        var isField = field == MOUNT_ATTR__ATIME;
        return new((Set & ~field) | (clears ? 0 : attribute), (Clear & ~field) | (clears || isField ? field : 0));
    }

    /// <summary>What becomes of a mount's attributes.</summary>
    public long ApplyTo(long attributes) => (attributes & ~Clear) | Set;
}
