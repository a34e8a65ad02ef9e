using System.Globalization;

namespace Paas.Runtime.Containers;

/// <summary>Lists of processors as the kernel writes them (cpuset(7), List format): <c>0-3,7</c>.</summary>
internal static class ProcessorSet
{
    private const int Most = 8192;

    /// <summary>Bytes that a bit for every processor takes.</summary>
    public const int MostBytes = Most / 8;

    /// <summary>A bit for each processor, the lowest first, in whole words of 64 bits; null for what is no such list.</summary>
    public static byte[]? Parse(string list)
    {
        var bits = new byte[MostBytes];
        var highest = -1;
        foreach (var part in list.Split(','))
        {
            var ends = part.Trim().Split('-');
            if (ends.Length > 2 || !TryParse(ends[0], out var first) || !TryParse(ends[^1], out var last) || first > last) return null;
            for (var number = first; number <= last; number++) bits[number / 8] |= (byte)(1 << (number % 8));
            highest = Math.Max(highest, last);
        }

        return bits[..(((highest / 64) + 1) * 8)];
    }

    private static bool TryParse(string text, out int number) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < Most;
}
