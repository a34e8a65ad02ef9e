using System.Globalization;
using System.Text.RegularExpressions;

namespace Paas.Build.Dockerfiles.Instructions;

/// <summary>Durations as Go writes them: numbers with units, such as <c>1m30s</c>.</summary>
internal static partial class GoDuration
{
    public static bool TryParse(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text is "0" or "+0" or "-0") return true;
        if (!Whole().IsMatch(text)) return false;
        decimal sum = 0;
        foreach (Match part in Part().Matches(text))
        {
            if (!decimal.TryParse(part.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            sum += number * UnitOf(part.Groups["unit"].Value);
            if (sum > long.MaxValue) return false;
        }

        nanoseconds = (long)(text.StartsWith('-') ? -sum : sum);
        return true;
    }

    private static decimal UnitOf(string unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        _ => 3_600_000_000_000,
    };

    [GeneratedRegex(@"\A[-+]?(?:(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:ns|us|µs|μs|ms|s|m|h))+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(?<number>[0-9.]+)(?<unit>ns|us|µs|μs|ms|s|m|h)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
