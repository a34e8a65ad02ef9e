using System.Globalization;
using System.Text;

namespace Paas.Images.Tar;

/// <summary>Records of a pax extended header: <c>length key=value\n</c>, values as bytes.</summary>
internal static class PaxRecords
{
    public const string AttributePrefix = "SCHILY.xattr.";

    public static void Read(ReadOnlySpan<byte> content, IDictionary<string, byte[]> records)
    {
        while (!content.IsEmpty)
        {
            var space = content.IndexOf((byte)' ');
            if (space <= 0 || !int.TryParse(content[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length) ||
                length <= space + 1 || length > content.Length || content[length - 1] != '\n')
            {
                throw new TarFormatException("an extended header of the tar is damaged");
            }

            var record = content[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0) throw new TarFormatException("an extended header of the tar has a record without a key");
            if (record[..equals].Contains((byte)0)) throw new TarFormatException("an extended header of the tar has a key with a zero byte");
            Add(records, Encoding.Latin1.GetString(record[..equals]), record[(equals + 1)..].ToArray());
            content = content[length..];
        }
    }

    public static void Write(Stream output, string key, ReadOnlySpan<byte> value)
    {
        // The length counts its own digits.
        var rest = 1 + key.Length + 1 + value.Length + 1;
        var length = rest + 1;
        while (rest + Digits(length) != length) length = rest + Digits(length);
        output.Write(Encoding.Latin1.GetBytes($"{length} {key}="));
        output.Write(value);
        output.WriteByte((byte)'\n');
    }

    // Version 0.0 of sparse files repeats two keys, which no other record may do: they become the list of version 0.1.
    private static void Add(IDictionary<string, byte[]> records, string key, byte[] value)
    {
        if (key is not ("GNU.sparse.offset" or "GNU.sparse.numbytes"))
        {
            records[key] = value;
            return;
        }

        if (!records.TryGetValue(TarSparse.MapKey, out var map)) records[TarSparse.MapKey] = value;
        else records[TarSparse.MapKey] = [.. map, (byte)',', .. value];
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
