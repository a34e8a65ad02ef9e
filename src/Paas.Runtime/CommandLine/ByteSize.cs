using System.Globalization;

namespace Paas.Runtime.CommandLine;

/// <summary>Sizes as people write them to container tools: <c>536870912 512M 512MiB 0.5g</c>, all of them powers of 1024.</summary>
internal static class ByteSize
{
    private const string Units = "kmgtp";

    /// <summary>Reads one; -1 stands for no limit and for itself.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = -1;
        if (text == "-1") return true;
        var end = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").Length;
        if (!double.TryParse(text.AsSpan(0, end).TrimEnd(' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        if (Factor(text[end..].ToLowerInvariant()) is not { } factor || number * factor > long.MaxValue) return false;
        bytes = (long)(number * factor);
        return true;
    }

    private static double? Factor(string unit)
    {
        if (unit is "" or "b") return 1;
        var power = Units.IndexOf(unit[0]);
        return power >= 0 && unit[1..] is "" or "b" or "ib" ? Math.Pow(1024, power + 1) : null;
    }
}
