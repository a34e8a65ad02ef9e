using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>The options of one mount (runtime-spec config.md, Linux mount options), sorted by how the kernel takes them.</summary>
internal sealed class MountOptions
{
    private readonly List<(string Key, string? Value)> _filesystem = [];

    private MountOptions()
    {
    }

    /// <summary>True for a bind mount.</summary>
    public bool Bind { get; private set; }

    /// <summary>True when mounts below the source come along.</summary>
    public bool RecursiveBind { get; private set; }

    /// <summary>MOUNT_ATTR_* to set and to clear on the mount.</summary>
    public long Set { get; private set; }

    /// <inheritdoc cref="Set"/>
    public long Clear { get; private set; }

    /// <summary>The same for the mount and all below it.</summary>
    public long RecursiveSet { get; private set; }

    /// <inheritdoc cref="RecursiveSet"/>
    public long RecursiveClear { get; private set; }

    /// <summary>MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE, or 0.</summary>
    public long Propagation { get; private set; }

    public bool PropagationRecursive { get; private set; }

    /// <summary>Map the ids of the files; with <see cref="RecursiveIdMap"/> also of mounts below.</summary>
    public bool IdMap { get; private set; }

    /// <inheritdoc cref="IdMap"/>
    public bool RecursiveIdMap { get; private set; }

    public bool ReadOnly => (Set & MOUNT_ATTR_RDONLY) != 0;

    /// <summary>What is left for the filesystem itself: <c>size=64m</c>, <c>newinstance</c>.</summary>
    public IReadOnlyList<(string Key, string? Value)> Filesystem => _filesystem;

    /// <exception cref="RuntimeException">An option this runtime does not do.</exception>
    public static MountOptions Parse(IReadOnlyList<string>? options, string destination)
    {
        var result = new MountOptions();
        foreach (var option in options ?? []) result.Add(option, destination);
        return result;
    }

    private void Add(string option, string destination)
    {
        if (PropagationOf(option) is var (propagation, recursive))
        {
            (Propagation, PropagationRecursive) = (propagation, recursive);
            return;
        }

        switch (option)
        {
            case "bind":
                Bind = true;
                return;
            case "rbind":
                Bind = RecursiveBind = true;
                return;
            case "idmap":
                IdMap = true;
                return;
            case "ridmap":
                IdMap = RecursiveIdMap = true;
                return;
            case "defaults" or "async" or "silent" or "loud" or "nofail" or "norelatime" or "nostrictatime" or "iversion" or "noiversion":
                return;
            case "remount" or "tmpcopyup":
                throw new RuntimeException($"mount {destination}: the option {option} is not supported");
        }

        if (AttributeOf(option) is var (attribute, clears))
        {
            Change(attribute, clears, recursive: false);
            return;
        }

        if (option.Length > 1 && option[0] == 'r' && AttributeOf(option[1..]) is var (below, clearsBelow))
        {
            Change(below, clearsBelow, recursive: true);
            return;
        }

        var equals = option.IndexOf('=');
        _filesystem.Add(equals < 0 ? (option, null) : (option[..equals], option[(equals + 1)..]));
    }

    private void Change(long attribute, bool clears, bool recursive)
    {
        // The three ways to keep access times are one field: it is cleared before one is set.
        var isAccessTime = (attribute & MOUNT_ATTR__ATIME) != 0 || attribute == 0;
        var set = clears ? 0 : attribute;
        var clear = clears ? attribute : isAccessTime ? MOUNT_ATTR__ATIME : 0;
        if (recursive)
        {
            RecursiveSet = (RecursiveSet & ~(clear | attribute)) | set;
            RecursiveClear |= clear;
        }
        else
        {
            Set = (Set & ~(clear | attribute)) | set;
            Clear = clears ? Clear | clear : (Clear & ~attribute) | clear;
        }
    }

    // The attribute behind a word, and whether the word takes it away.
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
        "relatime" or "atime" => (0, false),
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
