using System.Buffers;
using System.Globalization;

namespace Paas.Runtime.CommandLine;

/// <summary>Durations as Go's programs take them: numbers with units, added up: <c>1h30m</c>, <c>1.5s</c>, <c>300ms</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+")) rest = rest[1..];
        if (rest.IsEmpty) return false;
        if (rest is "0") return true;
        var seconds = 0.0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits);
            if (letters < 0) letters = rest.Length;
            if (Unit(rest[..letters]) is not { } unit) return false;
            seconds += number * unit;
            rest = rest[letters..];
        }

        if (seconds > TimeSpan.MaxValue.TotalSeconds) return false;
        duration = TimeSpan.FromSeconds(negative ? -seconds : seconds);
        return true;
    }

    private static double? Unit(ReadOnlySpan<char> name) => name switch
    {
        "ns" => 1e-9,
        "us" or "µs" or "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => null,
    };
}
