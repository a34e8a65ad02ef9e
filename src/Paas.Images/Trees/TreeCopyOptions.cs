using Paas.Images.Layers;

namespace Paas.Images.Trees;

/// <summary>How files come from one tree into another.</summary>
public sealed record TreeCopyOptions
{
    /// <summary>Owner of everything copied and of directories made for it; null keeps the files' own, and made directories are root's.</summary>
    public LayerOwner? Owner { get; init; }

    /// <summary>Permissions from a file's own, whether it is a directory; null keeps them.</summary>
    public Func<uint, bool, uint>? Mode { get; init; }

    /// <summary>Permissions of directories made on the way where nothing else is said.</summary>
    public const uint UsualMadeMode = 0x1ed;

    /// <summary>Permissions of directories made on the way.</summary>
    public uint MadeMode { get; init; } = UsualMadeMode;

    /// <summary>True makes a directory for another's content like that one; false as those on the way, whatever the other is.</summary>
    public bool KeepsTop { get; init; }

    /// <summary>True of a raw path, relative to what is copied, that is left out. A directory that is left out is looked into where <see cref="LooksIntoExcluded"/> says so.</summary>
    public Func<string, bool>? Excludes { get; init; }

    /// <summary>True where something in an excluded directory may be in after all.</summary>
    public bool LooksIntoExcluded { get; init; }

    /// <summary>
    /// True puts a file in a directory's place, and a directory in that of a file or link, as tar does; false refuses both, but for a link to
    /// a directory, into which a directory's content goes.
    /// </summary>
    public bool Replaces { get; init; }

    /// <summary>No file is newer than this; null keeps their times.</summary>
    public DateTimeOffset? Latest { get; init; }
}

/// <summary>Files that cannot be copied for a reason that lies in them, e.g. a directory where a file should go.</summary>
public sealed class TreeCopyException(string message) : IOException(message);
