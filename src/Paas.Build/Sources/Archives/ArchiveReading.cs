using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Paas.Contracts.Errors;

namespace Paas.Build.Sources.Archives;

/// <summary>Reads archives of each type as one sequence of entries.</summary>
public static class ArchiveReading
{
    private const int TypeMask = 0xF000;
    private const int SymlinkType = 0xA000;
    private const int LongestTarget = 4096;

    // A tar's headers and padding count as well; no honest archive has as much of them as this.
    private const long Overhead = 64L << 20;

    public static IEnumerable<ArchiveEntry> Read(Stream file, ArchiveType type, ArchiveLimits limits)
    {
        file.Position = 0;
        return type switch
        {
            ArchiveType.Zip => ReadZip(file, limits),
            ArchiveType.TarGz => ReadTar(new GZipStream(file, CompressionMode.Decompress, leaveOpen: true), limits),
            _ => ReadTar(file, limits),
        };
    }

    public static PaasException TooLarge(ArchiveLimits limits) => new(
        ErrorCode.TooLarge, $"the archive unpacks to more than {limits.Bytes >> 20} MiB", "Leave out what the build does not need.");

    public static PaasException TooMany(ArchiveLimits limits) => new(
        ErrorCode.TooLarge, $"the archive has more than {limits.Entries} entries", "Leave out what the build makes or fetches itself.");

    private static IEnumerable<ArchiveEntry> ReadTar(Stream stream, ArchiveLimits limits)
    {
        // A bomb is seen by how much comes out, not by what it says of itself.
        using var limited = new LimitedStream(stream, limits.Bytes + Overhead, () => TooLarge(limits));
        using var tar = new TarReader(limited);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.GlobalExtendedAttributes) continue;
            var kind = entry.EntryType switch
            {
                TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => ArchiveEntryKind.File,
                TarEntryType.Directory or TarEntryType.DirectoryList => ArchiveEntryKind.Directory,
                TarEntryType.SymbolicLink => ArchiveEntryKind.Symlink,
                TarEntryType.HardLink => ArchiveEntryKind.HardLink,
                _ => ArchiveEntryKind.Other,
            };
            yield return new ArchiveEntry(
                entry.Name, kind, entry.LinkName, (entry.Mode & UnixFileMode.UserExecute) != 0, entry.Length, () => entry.DataStream ?? Stream.Null);
        }
    }

    private static IEnumerable<ArchiveEntry> ReadZip(Stream file, ArchiveLimits limits)
    {
        using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        if (zip.Entries.Count > limits.Entries) throw TooMany(limits);
        foreach (var entry in zip.Entries)
        {
            var mode = entry.ExternalAttributes >>> 16;
            var isLink = (mode & TypeMask) == SymlinkType;
            var kind = isLink ? ArchiveEntryKind.Symlink
                : entry.FullName.EndsWith('/') ? ArchiveEntryKind.Directory
                : (mode & TypeMask) is 0 or 0x8000 ? ArchiveEntryKind.File
                : ArchiveEntryKind.Other;
            yield return new ArchiveEntry(entry.FullName, kind, isLink ? Target(entry) : null, (mode & 0x40) != 0, entry.Length, entry.Open);
        }
    }

    private static string Target(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        var bytes = new byte[LongestTarget];
        return Encoding.UTF8.GetString(bytes, 0, content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
    }
}
