using Paas.Contracts.Errors;

namespace Paas.Build.Sources.Archives;

/// <summary>The archives that are understood.</summary>
public enum ArchiveType
{
    /// <summary>POSIX tar: ustar, pax, GNU.</summary>
    Tar,

    /// <summary>The same in gzip.</summary>
    TarGz,

    /// <summary>PKZIP.</summary>
    Zip,
}

/// <summary>Names and marks of the archives.</summary>
public static class ArchiveTypes
{
    private const int UstarOffset = 257;

    /// <summary>Null where nobody says. InvalidRequest for another name.</summary>
    public static ArchiveType? Parse(string? name) => name switch
    {
        null or "" => null,
        "tar" => ArchiveType.Tar,
        "tar.gz" or "tgz" => ArchiveType.TarGz,
        "zip" => ArchiveType.Zip,
        _ => throw new PaasException(ErrorCode.InvalidRequest, $"'{name}' is no type of archive", "Choose tar, tar.gz or zip."),
    };

    /// <summary>What a file is by its first bytes; InvalidRequest where it is none of them. Reads from the beginning, and goes back there.</summary>
    public static ArchiveType Of(Stream file)
    {
        var head = new byte[UstarOffset + 5];
        file.Position = 0;
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (head is [0x1f, 0x8b, ..]) return ArchiveType.TarGz;
        if (head.AsSpan().StartsWith("PK\x3\x4"u8)) return ArchiveType.Zip;
        if (length == head.Length && head.AsSpan(UstarOffset).SequenceEqual("ustar"u8)) return ArchiveType.Tar;
        throw new PaasException(ErrorCode.InvalidRequest, "this is neither a tar, nor one in gzip, nor a zip", "Is it the archive, or a page about it?");
    }
}
