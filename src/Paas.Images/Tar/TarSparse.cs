using System.Globalization;
using System.Text;

namespace Paas.Images.Tar;

/// <summary>A piece of a file that the tar has; between the pieces are holes.</summary>
/// <param name="Offset">Where in the file.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct TarSegment(long Offset, long Length);

/// <summary>
/// Maps of sparse files, in the four forms that GNU tar has had: its own header ("old GNU"), and the pax records of versions
/// 0.0, 0.1 and 1.0 (GNU tar manual, "Storing Sparse Files").
/// </summary>
internal static class TarSparse
{
    public const string Prefix = "GNU.sparse.";
    public const string MapKey = "GNU.sparse.map";

    /// <summary>More pieces than any filesystem's file has reason to have.</summary>
    private const int MaximumSegments = 1_000_000;

    private const int OldHeaderMap = 386;
    private const int OldHeaderEntries = 4;
    private const int OldHeaderExtended = 482;
    private const int ExtensionEntries = 21;
    private const int ExtensionExtended = 504;
    private const int EntrySize = 24;
    private const int NumberSize = 12;

    /// <summary>Where the file's true size is in an old GNU header.</summary>
    public static Range OldRealSize => 483..495;

    /// <summary>The map of an old GNU header and the blocks that continue it.</summary>
    /// <param name="header">The header's block.</param>
    /// <param name="next">Reads another block.</param>
    public static List<TarSegment> ReadOld(ReadOnlySpan<byte> header, Func<byte[]> next)
    {
        var map = new List<TarSegment>();
        ReadEntries(header[OldHeaderMap..], OldHeaderEntries, map);
        for (var more = header[OldHeaderExtended] != 0; more;)
        {
            var block = next();
            ReadEntries(block, ExtensionEntries, map);
            more = block[ExtensionExtended] != 0;
        }

        return map;
    }

    /// <summary>The map of versions 0.0, whose records <see cref="PaxRecords"/> has joined, and 0.1: <c>offset,length,…</c></summary>
    public static List<TarSegment> ReadList(byte[] value)
    {
        var numbers = value.Length == 0 ? [] : Encoding.Latin1.GetString(value).Split(',');
        if (numbers.Length % 2 != 0) throw Damaged();
        var map = new List<TarSegment>();
        for (var i = 0; i < numbers.Length; i += 2) Add(map, Number(numbers[i]), Number(numbers[i + 1]));
        return map;
    }

    /// <summary>The map of version 1.0, which stands before the content: lines with a count, then offset and length of each.</summary>
    /// <param name="next">Reads another block of the content.</param>
    public static List<TarSegment> ReadLines(Func<byte[]> next)
    {
        var lines = new LineReader(next);
        var count = lines.Next();
        if (count > MaximumSegments) throw Damaged();
        var map = new List<TarSegment>();
        for (var i = 0; i < count; i++) Add(map, lines.Next(), lines.Next());
        return map;
    }

    /// <exception cref="TarFormatException">The pieces overlap, leave the file, or are not what is stored.</exception>
    public static void Check(IReadOnlyList<TarSegment> map, long size, long stored)
    {
        long end = 0;
        long sum = 0;
        foreach (var (offset, length) in map)
        {
            if (offset < end || length > size - offset) throw Damaged();
            end = offset + length;
            sum += length;
        }

        if (sum != stored) throw Damaged();
    }

    private static void ReadEntries(ReadOnlySpan<byte> entries, int count, List<TarSegment> map)
    {
        for (var i = 0; i < count; i++)
        {
            var entry = entries.Slice(i * EntrySize, EntrySize);
            if (entry[0] == 0 || entry[NumberSize] == 0) return;
            Add(map, TarNumber.Read(entry[..NumberSize]), TarNumber.Read(entry[NumberSize..]));
        }
    }

    private static void Add(List<TarSegment> map, long offset, long length)
    {
        if (offset < 0 || length < 0 || map.Count == MaximumSegments) throw Damaged();
        map.Add(new TarSegment(offset, length));
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Damaged();

    private static TarFormatException Damaged() => new("the map of a sparse file in the tar is damaged");

    private sealed class LineReader(Func<byte[]> next)
    {
        private const int LongestLine = 20;

        private byte[] _block = [];
        private int _at;

        public long Next()
        {
            var line = new StringBuilder();
            while (true)
            {
                if (_at == _block.Length) (_block, _at) = (next(), 0);
                var character = (char)_block[_at++];
                if (character == '\n') return Number(line.ToString());
                if (line.Append(character).Length > LongestLine) throw Damaged();
            }
        }
    }
}
