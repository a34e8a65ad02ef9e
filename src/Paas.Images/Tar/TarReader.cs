using System.Buffers;
using System.Globalization;
using System.Text;

namespace Paas.Images.Tar;

/// <summary>
/// Reads a tar from a stream in one pass: ustar with pax and GNU extensions, as image layers have them. Truncation, a bad
/// checksum and unknown types are errors: a layer is applied whole or not at all.
/// </summary>
/// <param name="input">At the tar's beginning.</param>
/// <param name="maximumFileBytes">Largest file, its holes counted.</param>
internal sealed class TarReader(Stream input, long maximumFileBytes = long.MaxValue)
{
    /// <summary>Extended headers beyond this are an attack, not a file name.</summary>
    private const int MaximumExtendedHeader = 1024 * 1024;

    private readonly byte[] _header = new byte[TarHeader.Size];
    private readonly Dictionary<string, byte[]> _global = [];
    private long _remaining;
    private int _padding;

    /// <summary>The next file, what is left of the last one's content skipped; null at the end.</summary>
    public TarEntry? Next()
    {
        Skip(_remaining + _padding);
        _remaining = _padding = 0;
        var records = new Dictionary<string, byte[]>(_global);
        while (ReadHeader())
        {
            var size = TarNumber.Read(_header.AsSpan(TarHeader.FileSize));
            if (size < 0) throw new TarFormatException("a tar entry has a negative size");
            switch ((char)_header[TarHeader.Kind])
            {
                case 'x':
                    PaxRecords.Read(ReadExtended(size), records);
                    break;
                case 'g':
                    PaxRecords.Read(ReadExtended(size), _global);
                    foreach (var (key, value) in _global) records.TryAdd(key, value);
                    break;
                case 'L':
                    records["path"] = TrimNul(ReadExtended(size));
                    break;
                case 'K':
                    records["linkpath"] = TrimNul(ReadExtended(size));
                    break;
                default:
                    return Begin(records, size);
            }
        }

        return null;
    }

    /// <summary>Reads the current file's content; 0 at its end.</summary>
    public int Read(Span<byte> buffer)
    {
        if (_remaining == 0) return 0;
        if (buffer.Length > _remaining) buffer = buffer[..(int)_remaining];
        var read = input.Read(buffer);
        if (read == 0) throw Truncated();
        _remaining -= read;
        return read;
    }

    private static byte[] TrimNul(byte[] value)
    {
        var end = value.AsSpan().IndexOf((byte)0);
        return end < 0 ? value : value[..end];
    }

    private static TarFormatException Truncated() => new("the tar ends in the middle of a file");

    private TarEntry Begin(Dictionary<string, byte[]> records, long size)
    {
        var name = Text(records, "GNU.sparse.name") ?? Text(records, "path") ?? HeaderName();
        var flag = _header[TarHeader.Kind];
        var kind = KindOf(flag, name);
        var entry = new TarEntry
        {
            Name = name,
            Kind = kind,
            Mode = (uint)TarNumber.Read(_header.AsSpan(TarHeader.Mode)) & 0xfff,
            UserId = Number(records, "uid") ?? TarNumber.Read(_header.AsSpan(TarHeader.UserId)),
            GroupId = Number(records, "gid") ?? TarNumber.Read(_header.AsSpan(TarHeader.GroupId)),
            LinkName = Text(records, "linkpath") ?? TarHeader.Text(_header.AsSpan(TarHeader.LinkName)),
            DeviceMajor = IsDevice(kind) ? (uint)TarNumber.Read(_header.AsSpan(TarHeader.DeviceMajor)) : 0,
            DeviceMinor = IsDevice(kind) ? (uint)TarNumber.Read(_header.AsSpan(TarHeader.DeviceMinor)) : 0,
            Attributes = Attributes(records),
        };
        entry = WithTime(entry, records);
        if (kind != TarEntryKind.File) return entry;
        _remaining = Number(records, "size") ?? size;
        if (_remaining < 0) throw new TarFormatException("a tar entry has a negative size");
        _padding = TarHeader.Padding(_remaining);
        var (whole, segments) = Sparse(records, flag);
        if (whole > maximumFileBytes) throw new TarFormatException($"a file of the tar has {whole} bytes; {maximumFileBytes} is the limit");
        return entry with { Size = whole, Segments = segments };
    }

    /// <summary>The file's size and pieces; what is left to read is its content alone then.</summary>
    private (long Size, IReadOnlyList<TarSegment>? Segments) Sparse(Dictionary<string, byte[]> records, byte flag)
    {
        List<TarSegment>? map = null;
        long? size = null;
        if (flag == (byte)'S')
        {
            size = TarNumber.Read(_header.AsSpan(TarSparse.OldRealSize));
            // These blocks stand before the content and are not counted in its size.
            map = TarSparse.ReadOld(_header, () => ReadBlock(ofContent: false));
        }
        else if (records.Keys.Any(key => key.StartsWith(TarSparse.Prefix, StringComparison.Ordinal)))
        {
            size = Number(records, "GNU.sparse.realsize") ?? Number(records, "GNU.sparse.size");
            map = Number(records, "GNU.sparse.major") switch
            {
                1 => TarSparse.ReadLines(() => ReadBlock(ofContent: true)),
                null or 0 => TarSparse.ReadList(records.GetValueOrDefault(TarSparse.MapKey) ?? []),
                var version => throw new TarFormatException($"sparse files of version {version} in a tar are unknown"),
            };
        }

        if (map is null) return (_remaining, null);
        if (size is not >= 0) throw new TarFormatException("a sparse file in the tar has no size");
        TarSparse.Check(map, size.Value, _remaining);
        return (size.Value, map);
    }

    private byte[] ReadBlock(bool ofContent)
    {
        if (ofContent && (_remaining -= TarHeader.Size) < 0) throw new TarFormatException("the map of a sparse file in the tar is damaged");
        var block = new byte[TarHeader.Size];
        if (input.ReadAtLeast(block, block.Length, throwOnEndOfStream: false) < block.Length) throw Truncated();
        return block;
    }

    private static bool IsDevice(TarEntryKind kind) => kind is TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice;

    private static TarEntryKind KindOf(byte flag, string name) => (char)flag switch
    {
        // How directories were told apart before they had a type of their own; some writers still do it.
        '\0' or '0' when name.EndsWith('/') => TarEntryKind.Directory,
        '\0' or '0' or '7' or 'S' => TarEntryKind.File,
        >= '1' and <= '6' => (TarEntryKind)flag,
        _ => throw new TarFormatException($"a tar entry has the unknown type 0x{flag:x2}"),
    };

    private static Dictionary<string, byte[]> Attributes(Dictionary<string, byte[]> records) => records
        .Where(record => record.Key.StartsWith(PaxRecords.AttributePrefix, StringComparison.Ordinal))
        .ToDictionary(record => record.Key[PaxRecords.AttributePrefix.Length..], record => record.Value);

    private static string? Text(Dictionary<string, byte[]> records, string key)
    {
        if (!records.TryGetValue(key, out var value) || value.Length == 0) return null;
        return value.Contains((byte)0)
            ? throw new TarFormatException($"the extended header '{key}' contains a zero byte")
            : Encoding.Latin1.GetString(value);
    }

    private static long? Number(Dictionary<string, byte[]> records, string key)
    {
        if (!records.TryGetValue(key, out var value) || value.Length == 0) return null;
        return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new TarFormatException($"the extended header '{key}' is not a number");
    }

    private TarEntry WithTime(TarEntry entry, Dictionary<string, byte[]> records)
    {
        if (!records.TryGetValue("mtime", out var value) || value.Length == 0)
            return entry with { ModifiedSeconds = TarNumber.Read(_header.AsSpan(TarHeader.Modified)) };
        if (!decimal.TryParse(
                Encoding.Latin1.GetString(value),
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var time) || decimal.Abs(time) > long.MaxValue / 2)
        {
            throw new TarFormatException("the extended header 'mtime' is not a time");
        }

        var seconds = decimal.Floor(time);
        return entry with { ModifiedSeconds = (long)seconds, ModifiedNanoseconds = (uint)((time - seconds) * 1_000_000_000) };
    }

    private string HeaderName()
    {
        var name = TarHeader.Text(_header.AsSpan(TarHeader.Name));
        if (!_header.AsSpan(TarHeader.Magic).StartsWith(TarHeader.PosixMagic[..6])) return name;
        var prefix = TarHeader.Text(_header.AsSpan(TarHeader.Prefix));
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    /// <summary>False at the end: a block of zeros, or of the stream where a header could have begun.</summary>
    private bool ReadHeader()
    {
        var read = input.ReadAtLeast(_header, _header.Length, throwOnEndOfStream: false);
        if (read == 0) return false;
        if (read < _header.Length) throw Truncated();
        if (!_header.AsSpan().ContainsAnyExcept((byte)0)) return false;
        if (TarNumber.Read(_header.AsSpan(TarHeader.Checksum)) != TarHeader.Sum(_header))
            throw new TarFormatException("a tar header has a wrong checksum: this is no tar, or it is damaged");
        return true;
    }

    private byte[] ReadExtended(long size)
    {
        if (size > MaximumExtendedHeader) throw new TarFormatException($"an extended header of the tar is {size} bytes long");
        var content = new byte[size];
        if (input.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length) throw Truncated();
        Skip(TarHeader.Padding(size));
        return content;
    }

    private void Skip(long count)
    {
        if (count == 0) return;
        var buffer = ArrayPool<byte>.Shared.Rent((int)long.Min(count, 64 * 1024));
        try
        {
            while (count > 0)
            {
                var read = input.Read(buffer.AsSpan(0, (int)long.Min(count, buffer.Length)));
                if (read == 0) throw Truncated();
                count -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
