namespace Paas.Images.Interop;

internal enum FileKind
{
    Fifo = 0x1,
    CharacterDevice = 0x2,
    Directory = 0x4,
    BlockDevice = 0x6,
    File = 0x8,
    SymbolicLink = 0xa,
    Socket = 0xc,
}

/// <summary>What <c>statx</c> says of a file, not following a symbolic link.</summary>
internal readonly struct FileStatus
{
    private readonly Libc.StatxResult _result;

    public FileStatus(in Libc.StatxResult result) => _result = result;

    public FileKind Kind => (FileKind)(_result.Mode >> 12);

    /// <summary>Permissions with set-id and sticky bits.</summary>
    public uint Mode => _result.Mode & 0xfffu;

    public uint UserId => _result.UserId;

    public uint GroupId => _result.GroupId;

    public long Size => (long)_result.Size;

    public uint Links => _result.Links;

    /// <summary>Seconds of the Unix time of the last modification.</summary>
    public long ModifiedSeconds => _result.Modified.Seconds;

    public uint DeviceMajor => _result.SpecialMajor;

    public uint DeviceMinor => _result.SpecialMinor;

    /// <summary>The same for two names exactly when they are hard links to one file.</summary>
    public (ulong Device, ulong Inode) Identity => (((ulong)_result.DeviceMajor << 32) | _result.DeviceMinor, _result.Inode);

    /// <summary>Overlayfs's form of a removed file.</summary>
    public bool IsWhiteout => Kind == FileKind.CharacterDevice && DeviceMajor == 0 && DeviceMinor == 0;
}
