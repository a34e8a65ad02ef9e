namespace Paas.Build.Sources.Archives;

/// <summary>What an entry of an archive is.</summary>
public enum ArchiveEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Symlink,

    /// <summary>Another name of a file that came before.</summary>
    HardLink,

    /// <summary>A device, a pipe, and whatever else is no source.</summary>
    Other,
}

/// <summary>An entry of an archive, whatever its format.</summary>
/// <param name="Name">As the archive has it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Target">Where a link leads.</param>
/// <param name="IsExecutable">Of a file: whether its owner can run it.</param>
/// <param name="Length">Of a file: bytes, as the archive says.</param>
/// <param name="Open">Of a file: its content, readable until the next entry is read.</param>
public sealed record ArchiveEntry(string Name, ArchiveEntryKind Kind, string? Target, bool IsExecutable, long Length, Func<Stream>? Open);

/// <summary>How much an archive may hold.</summary>
/// <param name="Bytes">Of all its files together, unpacked.</param>
/// <param name="Entries">How many.</param>
public sealed record ArchiveLimits(long Bytes, int Entries);
