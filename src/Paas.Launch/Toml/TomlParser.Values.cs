using System.Globalization;
using System.Text.RegularExpressions;

namespace Paas.Launch.Toml;

public sealed partial class TomlParser
{
    private TomlValue ParseValue()
    {
        var start = _line;
        switch (Current)
        {
            case '"':
                return new TomlString(Follows("\"\"\"") ? ParseMultilineBasicString() : ParseBasicString(), start);
            case '\'':
                return new TomlString(Follows("'''") ? ParseMultilineLiteralString() : ParseLiteralString(), start);
            case '[':
                return Nested(ParseArray);
            case '{':
                return Nested(ParseInlineTable);
            default:
                return ParseScalar();
        }
    }

    private TomlValue Nested(Func<TomlValue> parse)
    {
        if (++_depth > MaximumDepth) throw Error("values are nested too deeply");
        _at++;
        var value = parse();
        _depth--;
        return value;
    }

    private TomlArray ParseArray()
    {
        var array = new TomlArray(_line);
        while (true)
        {
            SkipBlank();
            if (Take(']')) return array;
            array.Values.Add(ParseValue());
            SkipBlank();
            if (Take(']')) return array;
            if (!Take(',')) throw Error($"expected ',' or ']' in an array, found {Found()}");
        }
    }

    private TomlTable ParseInlineTable()
    {
        // Its keys are gathered open and closed at the end: dotted keys inside it extend one another.
        var table = new TomlTable(_line) { Origin = TomlTableOrigin.Inline };
        SkipSpace();
        if (Take('}')) return table;
        while (true)
        {
            ParsePair(table, dottedIn: table);
            SkipSpace();
            if (Take('}')) return table;
            if (!Take(',')) throw Error($"expected ',' or '}}' in an inline table, found {Found()}");
            SkipSpace();
        }
    }

    private TomlValue ParseScalar()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '-' or '+' or '.' or ':') _at++;
        if (_at == start) throw Error($"expected a value, found {Found()}");
        // A date and a time may be joined by one space.
        if (Current == ' ' && char.IsAsciiDigit(Peek(1)) && FullDate().IsMatch(_text.AsSpan(start, _at - start)))
        {
            _at++;
            while (char.IsAsciiDigit(Current) || Current is ':' or '.' or '-' or '+' or 'Z' or 'z') _at++;
        }

        var word = _text[start.._at];
        return word switch
        {
            "true" => new TomlBoolean(true, _line),
            "false" => new TomlBoolean(false, _line),
            "inf" or "+inf" => new TomlFloat(double.PositiveInfinity, _line),
            "-inf" => new TomlFloat(double.NegativeInfinity, _line),
            "nan" or "+nan" or "-nan" => new TomlFloat(double.NaN, _line),
            _ when DateTimeText().IsMatch(word) => ParseDateTime(word),
            _ when DecimalInteger().IsMatch(word) => ParseInteger(word, 10),
            _ when FloatText().IsMatch(word) => ParseFloat(word),
            _ when HexInteger().IsMatch(word) => ParseInteger(word[2..], 16),
            _ when OctalInteger().IsMatch(word) => ParseInteger(word[2..], 8),
            _ when BinaryInteger().IsMatch(word) => ParseInteger(word[2..], 2),
            _ => throw Error($"'{word}' is not a value; strings stand in quotes"),
        };
    }

    private TomlInteger ParseInteger(string word, int radix)
    {
        var digits = word.Replace("_", "", StringComparison.Ordinal);
        var negative = digits[0] == '-';
        Int128 value = 0;
        foreach (var digit in digits.TrimStart('+', '-'))
        {
            value = (value * radix) + (char.IsAsciiDigit(digit) ? digit - '0' : char.ToLowerInvariant(digit) - 'a' + 10);
            if (value > (Int128)long.MaxValue + (negative ? 1 : 0)) throw Error($"{word} does not fit 64 bits");
        }

        return new TomlInteger((long)(negative ? -value : value), _line);
    }

    private TomlFloat ParseFloat(string word) =>
        new(double.Parse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture), _line);

    private TomlDateTime ParseDateTime(string word)
    {
        var parts = DateTimeText().Match(word).Groups;
        int Number(string group) => int.Parse(parts[group].ValueSpan, CultureInfo.InvariantCulture);
        var date = !parts["year"].Success
            || (Number("month") is >= 1 and <= 12 && Number("day") >= 1
                && Number("day") <= DateTime.DaysInMonth(Math.Max(Number("year"), 1), Number("month")));
        // 60 is a leap second (RFC 3339, 5.6).
        var time = !parts["hour"].Success || (Number("hour") <= 23 && Number("minute") <= 59 && Number("second") <= 60);
        var offset = !parts["offhour"].Success || (Number("offhour") <= 23 && Number("offminute") <= 59);
        return date && time && offset ? new TomlDateTime(word, _line) : throw Error($"there is no {word}");
    }

    private bool Follows(string wanted) => string.CompareOrdinal(_text, _at, wanted, 0, wanted.Length) == 0;

    [GeneratedRegex(@"^[+-]?(0|[1-9](_?[0-9])*)\z")]
    private static partial Regex DecimalInteger();

    [GeneratedRegex(@"^0x[0-9A-Fa-f](_?[0-9A-Fa-f])*\z")]
    private static partial Regex HexInteger();

    [GeneratedRegex(@"^0o[0-7](_?[0-7])*\z")]
    private static partial Regex OctalInteger();

    [GeneratedRegex(@"^0b[01](_?[01])*\z")]
    private static partial Regex BinaryInteger();

    [GeneratedRegex(@"^[+-]?(0|[1-9](_?[0-9])*)(\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?\z")]
    private static partial Regex FloatText();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z")]
    private static partial Regex FullDate();

    private const string DatePattern = "(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})";
    private const string TimePattern = @"(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(\.[0-9]+)?";
    private const string OffsetPattern = "([Zz]|[+-](?<offhour>[0-9]{2}):(?<offminute>[0-9]{2}))";

    [GeneratedRegex("^(" + DatePattern + "([Tt ]" + TimePattern + OffsetPattern + "?)?|" + TimePattern + @")\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DateTimeText();
}
