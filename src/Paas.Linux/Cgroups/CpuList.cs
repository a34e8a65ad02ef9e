using System.Globalization;

namespace Paas.Linux.Cgroups;

/// <summary>Lists of processors or memory nodes as the kernel writes them (cpuset(7), List format): <c>0-3,7</c>.</summary>
public static class CpuList
{
    private const int Most = 8192;

    /// <summary>The numbers in it.</summary>
    /// <exception cref="FormatException">It is no such list.</exception>
    public static IReadOnlyList<ushort> Parse(string list)
    {
        var numbers = new List<ushort>();
        foreach (var range in list.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-');
            if (ends.Length > 2 || !Number(ends[0], out var first) || !Number(ends[^1], out var last) || first > last)
            {
                throw new FormatException($"not a list of processors or memory nodes: {list.Trim()}");
            }

            for (var number = first; number <= last; number++) numbers.Add((ushort)number);
        }

        return numbers;
    }

    /// <summary>The same as bits, the lowest number in the first byte.</summary>
    /// <inheritdoc cref="Parse"/>
    public static byte[] ToBits(string list)
    {
        var numbers = Parse(list);
        var bits = new byte[numbers.Count == 0 ? 0 : (numbers.Max() / 8) + 1];
        foreach (var number in numbers) bits[number / 8] |= (byte)(1 << (number % 8));
        return bits;
    }

    private static bool Number(string text, out int number) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < Most;
}
