namespace Paas.Images;

/// <summary>
/// The part of the disk that pushes and builds leave alone, so that what runs can go on writing: refused is what would begin to eat
/// into it, before anything fails for want of space.
/// </summary>
/// <param name="directory">Any directory of the filesystem.</param>
/// <param name="bytes">Kept free.</param>
public sealed class DiskReserve(string directory, long bytes)
{
    private const long Least = 1L << 30;
    private const long Most = 10L << 30;

    /// <summary>The reserve that was asked for; for a negative number a twentieth of the disk, 1 GiB at least and 10 GiB at most.</summary>
    public static DiskReserve Of(string directory, long bytes) =>
        new(directory, bytes >= 0 ? bytes : Math.Clamp(new DriveInfo(directory).TotalSize / 20, Least, Most));

    /// <summary>Kept free, in bytes.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Free on the filesystem now, in bytes.</summary>
    public long Free => new DriveInfo(directory).AvailableFreeSpace;

    /// <summary>True when so much can be written without touching the reserve.</summary>
    /// <param name="needed">Bytes; 0 asks whether anything can.</param>
    public bool Allows(long needed) => Free - needed >= Bytes;

    /// <summary>Throws where <see cref="Allows"/> says no.</summary>
    /// <param name="what">Of whom the space is wanted, e.g. <c>the push</c>.</param>
    /// <param name="needed">Bytes; 0 where nobody knows.</param>
    /// <exception cref="DiskReserveException">There is no room, in numbers.</exception>
    public void Require(string what, long needed = 0)
    {
        var free = Free;
        if (free - needed >= Bytes) return;
        throw new DiskReserveException(
            $"the disk has {ByteSize.Text(free)} free, and {ByteSize.Text(Bytes)} of it are kept for the apps: " +
            (needed > 0 ? $"{what} needs {ByteSize.Text(needed)}" : $"there is no room for {what}"));
    }
}

/// <summary>No room on the disk beside what is kept for the apps.</summary>
public sealed class DiskReserveException(string message) : IOException(message);
