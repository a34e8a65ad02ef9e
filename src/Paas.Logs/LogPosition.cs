using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Paas.Logs;

/// <summary>
/// A place between two lines of one source: the number of a file and an offset in it. Numbers only grow and files are only
/// appended to, so a position stays good for as long as its file is kept; after that it means the oldest line kept.
/// To everyone outside it is an opaque string.
/// </summary>
/// <param name="File">Number of the file; 0 is before every file.</param>
/// <param name="Offset">Byte offset in it, always at the beginning of a line.</param>
public readonly record struct LogPosition(long File, long Offset) : IComparable<LogPosition>
{
    /// <summary>Before the oldest line kept.</summary>
    public static LogPosition Start => default;

    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out LogPosition position)
    {
        position = default;
        if (text is null || text.IndexOf('-', StringComparison.Ordinal) is not (> 0 and var dash)) return false;
        if (!long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var file)) return false;
        if (!long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) return false;
        position = new LogPosition(file, offset);
        return true;
    }

    /// <summary>The position as clients keep it and give it back.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}-{Offset}");

    /// <inheritdoc/>
    public int CompareTo(LogPosition other) =>
        File != other.File ? File.CompareTo(other.File) : Offset.CompareTo(other.Offset);
}
