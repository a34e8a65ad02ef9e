using System.Globalization;
using System.Text;

namespace Paas.Images.Tar;

/// <summary>
/// Writes a tar to a stream: ustar, with a pax header only for what does not fit, so that the same files always give the same
/// bytes. The content of a file follows its <see cref="Begin"/> by <see cref="Write"/>, all of it.
/// </summary>
internal sealed class TarWriter(Stream output)
{
    private static readonly byte[] Zeros = new byte[2 * TarHeader.Size];

    private readonly byte[] _header = new byte[TarHeader.Size];
    private long _remaining;
    private int _padding;

    public void Begin(TarEntry entry)
    {
        if (_remaining != 0) throw new InvalidOperationException($"{_remaining} bytes of the last file are missing");
        var records = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        FillHeader(entry, records);
        if (records.Count > 0) WriteExtended(records);
        FillHeader(entry, null);
        WriteHeader();
        _remaining = entry.Size;
        _padding = TarHeader.Padding(entry.Size);
    }

    public void Write(ReadOnlySpan<byte> content)
    {
        if (content.Length > _remaining) throw new InvalidOperationException("the file has more content than its entry says");
        output.Write(content);
        _remaining -= content.Length;
        if (_remaining == 0) Pad();
    }

    /// <summary>Writes the end: two blocks of zeros.</summary>
    public void End()
    {
        if (_remaining != 0) throw new InvalidOperationException($"{_remaining} bytes of the last file are missing");
        output.Write(Zeros);
    }

    private void Pad()
    {
        output.Write(Zeros.AsSpan(0, _padding));
        _padding = 0;
    }

    private void FillHeader(TarEntry entry, SortedDictionary<string, byte[]>? records)
    {
        var header = _header.AsSpan();
        header.Clear();
        TarHeader.PosixMagic.CopyTo(header[TarHeader.Magic]);
        header[TarHeader.Kind] = (byte)entry.Kind;
        WriteName(entry.Name, records);
        WriteText(header[TarHeader.LinkName], entry.LinkName, "linkpath", records);
        TarNumber.TryWrite(header[TarHeader.Mode], entry.Mode);
        WriteNumber(header[TarHeader.UserId], entry.UserId, "uid", records);
        WriteNumber(header[TarHeader.GroupId], entry.GroupId, "gid", records);
        WriteNumber(header[TarHeader.FileSize], entry.Size, "size", records);
        WriteTime(header[TarHeader.Modified], entry, records);
        TarNumber.TryWrite(header[TarHeader.DeviceMajor], entry.DeviceMajor);
        TarNumber.TryWrite(header[TarHeader.DeviceMinor], entry.DeviceMinor);
        if (records is null) return;
        foreach (var (name, value) in entry.Attributes) records[PaxRecords.AttributePrefix + name] = value;
    }

    private void WriteName(string name, SortedDictionary<string, byte[]>? records)
    {
        var header = _header.AsSpan();
        var split = name.Length <= TarHeader.NameLength ? -1 : SplitPoint(name);
        if (split > 0)
        {
            Encoding.Latin1.GetBytes(name.AsSpan(0, split), header[TarHeader.Prefix]);
            name = name[(split + 1)..];
        }

        WriteText(header[TarHeader.Name], name, "path", records);
    }

    /// <summary>The slash that makes name and prefix both fit; -1 when there is none.</summary>
    private static int SplitPoint(string name)
    {
        if (name.Length > TarHeader.PrefixLength + 1 + TarHeader.NameLength) return -1;
        var from = name.Length - 1 - TarHeader.NameLength;
        var slash = name.IndexOf('/', int.Max(from, 1));
        return slash <= TarHeader.PrefixLength && slash < name.Length - 1 ? slash : -1;
    }

    private static void WriteText(Span<byte> field, string text, string key, SortedDictionary<string, byte[]>? records)
    {
        Encoding.Latin1.GetBytes(text.AsSpan(0, int.Min(text.Length, field.Length)), field);
        if (text.Length > field.Length) records?.Add(key, Encoding.Latin1.GetBytes(text));
    }

    private static void WriteNumber(Span<byte> field, long value, string key, SortedDictionary<string, byte[]>? records)
    {
        if (TarNumber.TryWrite(field, value)) return;
        TarNumber.TryWrite(field, 0);
        records?.Add(key, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
    }

    private static void WriteTime(Span<byte> field, TarEntry entry, SortedDictionary<string, byte[]>? records)
    {
        if (entry.ModifiedNanoseconds == 0)
        {
            WriteNumber(field, entry.ModifiedSeconds, "mtime", records);
            return;
        }

        if (!TarNumber.TryWrite(field, entry.ModifiedSeconds)) TarNumber.TryWrite(field, 0);
        var time = entry.ModifiedSeconds + (entry.ModifiedNanoseconds / 1_000_000_000m);
        records?.Add("mtime", Encoding.ASCII.GetBytes(time.ToString("0.#########", CultureInfo.InvariantCulture)));
    }

    private void WriteExtended(SortedDictionary<string, byte[]> records)
    {
        using var content = new MemoryStream();
        foreach (var (key, value) in records) PaxRecords.Write(content, key, value);
        var header = _header.AsSpan();
        header.Clear();
        TarHeader.PosixMagic.CopyTo(header[TarHeader.Magic]);
        "PaxHeaders/entry"u8.CopyTo(header[TarHeader.Name]);
        header[TarHeader.Kind] = (byte)'x';
        TarNumber.TryWrite(header[TarHeader.Mode], 0x1a4);
        TarNumber.TryWrite(header[TarHeader.UserId], 0);
        TarNumber.TryWrite(header[TarHeader.GroupId], 0);
        TarNumber.TryWrite(header[TarHeader.FileSize], content.Length);
        TarNumber.TryWrite(header[TarHeader.Modified], 0);
        WriteHeader();
        output.Write(content.GetBuffer().AsSpan(0, (int)content.Length));
        output.Write(Zeros.AsSpan(0, TarHeader.Padding(content.Length)));
    }

    // The checksum's form is its own: six digits, NUL, space.
    private void WriteHeader()
    {
        var checksum = _header.AsSpan(TarHeader.Checksum);
        TarNumber.TryWrite(checksum[..7], TarHeader.Sum(_header));
        checksum[7] = (byte)' ';
        output.Write(_header);
    }
}
