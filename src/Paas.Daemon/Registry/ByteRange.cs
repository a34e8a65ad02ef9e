using System.Globalization;

namespace Paas.Daemon.Registry;

/// <summary>One range of bytes as a request asks for it (RFC 9110, section 14.1.2).</summary>
/// <param name="First">Null counts from the end.</param>
/// <param name="Last">Null goes to the end; without <paramref name="First"/> it is how many of the last bytes.</param>
internal readonly record struct ByteRange(long? First, long? Last)
{
    /// <summary>Null where it is no single range of bytes: then the whole is meant.</summary>
    public static ByteRange? Parse(string header)
    {
        const string Unit = "bytes=";
        if (!header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase)) return null;
        var text = header.AsSpan(Unit.Length).Trim();
        var dash = text.IndexOf('-');
        if (dash < 0 || !TryNumber(text[..dash], out var first) || !TryNumber(text[(dash + 1)..], out var last) || (first ?? last) is null) return null;
        return new ByteRange(first, last);
    }

    /// <summary>First byte and count within so many; null where nothing of it is there.</summary>
    public (long First, long Count)? Within(long size)
    {
        var first = First ?? Math.Max(size - Last!.Value, 0);
        var last = First is null || Last is null ? size - 1 : Math.Min(Last.Value, size - 1);
        return first <= last ? (first, last - first + 1) : null;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long? number)
    {
        number = null;
        if (text.IsEmpty) return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return false;
        number = value;
        return true;
    }
}
