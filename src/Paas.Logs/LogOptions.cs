namespace Paas.Logs;

/// <summary>How much a log keeps and how fast it may grow.</summary>
public sealed record LogOptions
{
    /// <summary>The defaults.</summary>
    public static LogOptions Default { get; } = new();

    /// <summary>A file that would grow beyond this many bytes is closed and the next one begun.</summary>
    public long FileBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>So many files are kept, the one being written included.</summary>
    public int Files { get; init; } = 10;

    /// <summary>A longer line is split into several entries of at most so many bytes.</summary>
    public int LineBytes { get; init; } = 16 * 1024;

    /// <summary>Lines a second that are let through for any length of time; 0 sets no limit. Lines of the platform are not counted.</summary>
    public int LinesPerSecond { get; init; } = 2_000;

    /// <summary>Lines let through at once after a quiet time.</summary>
    public int BurstLines { get; init; } = 20_000;

    /// <summary>Bytes held in memory while the disk is slower than the writers; beyond it lines are dropped and counted.</summary>
    public int PendingBytes { get; init; } = 1024 * 1024;

    /// <summary>A line is in its file this long after it was written, at the latest.</summary>
    public TimeSpan FlushAfter { get; init; } = TimeSpan.FromMilliseconds(30);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(FileBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Files, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(LineBytes, 16);
        ArgumentOutOfRangeException.ThrowIfNegative(LinesPerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(BurstLines, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PendingBytes, LineBytes + LogFormat.HeaderBytes + 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FlushAfter, TimeSpan.Zero);
    }
}
