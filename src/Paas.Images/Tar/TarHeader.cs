using System.Text;

namespace Paas.Images.Tar;

/// <summary>Where things are in the 512 bytes of a header (POSIX.1-1988 "ustar").</summary>
internal static class TarHeader
{
    public const int Size = 512;
    public const int NameLength = 100;
    public const int PrefixLength = 155;

    public static Range Name => 0..100;

    public static Range Mode => 100..108;

    public static Range UserId => 108..116;

    public static Range GroupId => 116..124;

    public static Range FileSize => 124..136;

    public static Range Modified => 136..148;

    public static Range Checksum => 148..156;

    public static int Kind => 156;

    public static Range LinkName => 157..257;

    public static Range Magic => 257..265;

    public static Range DeviceMajor => 329..337;

    public static Range DeviceMinor => 337..345;

    public static Range Prefix => 345..500;

    public static ReadOnlySpan<byte> PosixMagic => "ustar\u000000"u8;

    /// <summary>Sum of all bytes, the checksum's own counted as spaces.</summary>
    public static int Sum(ReadOnlySpan<byte> header)
    {
        var sum = 8 * ' ';
        foreach (var value in header) sum += value;
        foreach (var value in header[Checksum]) sum -= value;
        return sum;
    }

    public static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>Zeros up to the next whole block.</summary>
    public static int Padding(long size) => (int)(-size & (Size - 1));
}
