namespace Paas.Images.Tar;

/// <summary>Type flags of POSIX.1-1988 that a root filesystem needs.</summary>
internal enum TarEntryKind : byte
{
    File = (byte)'0',
    HardLink = (byte)'1',
    SymbolicLink = (byte)'2',
    CharacterDevice = (byte)'3',
    BlockDevice = (byte)'4',
    Directory = (byte)'5',
    Fifo = (byte)'6',
}

/// <summary>
/// One file of a tar, its extended headers already folded in. Names are raw: one character per byte, see
/// <see cref="Interop.RawPath"/>. (System.Formats.Tar decodes names and attribute values as UTF-8, which they need not be: a
/// file's capabilities are a binary attribute.)
/// </summary>
internal sealed record TarEntry
{
    private static readonly IReadOnlyDictionary<string, byte[]> NoAttributes = new Dictionary<string, byte[]>();

    /// <summary>As it stands in the tar; nothing about it is checked.</summary>
    public required string Name { get; init; }

    public required TarEntryKind Kind { get; init; }

    /// <summary>Permissions with set-id and sticky bits.</summary>
    public uint Mode { get; init; }

    public long UserId { get; init; }

    public long GroupId { get; init; }

    /// <summary>Bytes of the file, its holes counted; 0 for everything but files.</summary>
    public long Size { get; init; }

    /// <summary>The pieces whose content follows, in order; null where all of it does.</summary>
    public IReadOnlyList<TarSegment>? Segments { get; init; }

    /// <summary>Seconds of the Unix time, rounded down.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>Nanoseconds that come on top of <see cref="ModifiedSeconds"/>.</summary>
    public uint ModifiedNanoseconds { get; init; }

    /// <summary>Target of a symbolic or hard link.</summary>
    public string LinkName { get; init; } = "";

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes of the file, by raw name.</summary>
    public IReadOnlyDictionary<string, byte[]> Attributes { get; init; } = NoAttributes;
}
