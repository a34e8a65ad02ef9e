using System.Buffers.Binary;

namespace Paas.Images.Tar;

/// <summary>Numbers of a header: octal digits, or the GNU form in base 256 that a set top bit announces.</summary>
internal static class TarNumber
{
    public static long Read(ReadOnlySpan<byte> field)
    {
        return (field[0] & 0x80) != 0 ? ReadBinary(field) : ReadOctal(field);
    }

    /// <summary>Writes octal digits and a NUL; false when the value does not fit.</summary>
    public static bool TryWrite(Span<byte> field, long value)
    {
        if (value < 0 || value >> ((field.Length - 1) * 3) != 0) return false;
        for (var i = field.Length - 2; i >= 0; i--, value >>= 3) field[i] = (byte)('0' + (value & 7));
        field[^1] = 0;
        return true;
    }

    private static long ReadOctal(ReadOnlySpan<byte> field)
    {
        var digits = field.Trim(" \0"u8);
        var end = digits.IndexOfAny((byte)' ', (byte)0);
        if (end >= 0) digits = digits[..end];
        long value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7') throw new TarFormatException("a number of a tar header is not octal");
            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }

    private static long ReadBinary(ReadOnlySpan<byte> field)
    {
        Span<byte> digits = stackalloc byte[field.Length];
        field.CopyTo(digits);
        var negative = (digits[0] & 0x40) != 0;
        digits[0] = negative ? digits[0] : (byte)(digits[0] & 0x7f);
        var fill = negative ? (byte)0xff : (byte)0;
        if (digits.Length <= sizeof(long))
        {
            Span<byte> wide = stackalloc byte[sizeof(long)];
            wide.Fill(fill);
            digits.CopyTo(wide[(sizeof(long) - digits.Length)..]);
            return BinaryPrimitives.ReadInt64BigEndian(wide);
        }

        var high = digits[..^sizeof(long)];
        var value = BinaryPrimitives.ReadInt64BigEndian(digits[^sizeof(long)..]);
        if (high.ContainsAnyExcept(fill) || value < 0 != negative) throw new TarFormatException("a number of a tar header is too large");
        return value;
    }
}
