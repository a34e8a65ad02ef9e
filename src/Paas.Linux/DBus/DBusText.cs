using System.Globalization;

namespace Paas.Linux.DBus;

/// <summary>
/// Values as people write them (GVariant Text Format), as far as properties of systemd's units need it: <c>true</c>,
/// <c>'text'</c>, <c>7</c>, <c>uint64 7</c>, <c>1.5</c>, <c>['a', 'b']</c>.
/// </summary>
public static class DBusText
{
    /// <exception cref="FormatException">It is none of these.</exception>
    public static DBusValue Parse(string text)
    {
        var trimmed = text.Trim();
        if (trimmed is "true" or "false") return DBusValue.Of(trimmed == "true");
        if (trimmed.StartsWith('[')) return DBusValue.Of(List(trimmed));
        if (trimmed.StartsWith('\'') || trimmed.StartsWith('"')) return DBusValue.Of(Quoted(trimmed));
        var words = trimmed.Split(' ', 2, StringSplitOptions.TrimEntries);
        return (words.Length == 1 ? Plain(trimmed) : Typed(words[0], words[1])) ?? throw new FormatException($"not a value: {text}");
    }

    /// <summary>The value as microseconds: seconds, whole or with a fraction.</summary>
    /// <inheritdoc cref="Parse"/>
    public static DBusValue ParseSeconds(string text)
    {
        const double MicrosecondsPerSecond = 1_000_000;
        var words = text.Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
        return double.TryParse(words[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0
            ? DBusValue.Of((ulong)(seconds * MicrosecondsPerSecond))
            : throw new FormatException($"not a number of seconds: {text}");
    }

    private static DBusValue? Plain(string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return DBusValue.Of(number);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? DBusValue.Of(real) : null;
    }

    private static DBusValue? Typed(string type, string text)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign;
        var culture = CultureInfo.InvariantCulture;
        return type switch
        {
            "uint32" when uint.TryParse(text, Style, culture, out var value) => DBusValue.Of(value),
            "int32" when int.TryParse(text, Style, culture, out var value) => DBusValue.Of(value),
            "uint64" when ulong.TryParse(text, Style, culture, out var value) => DBusValue.Of(value),
            "int64" when long.TryParse(text, Style, culture, out var value) => DBusValue.Of(value),
            "double" when double.TryParse(text, NumberStyles.Float, culture, out var value) => DBusValue.Of(value),
            "boolean" when bool.TryParse(text, out var value) => DBusValue.Of(value),
            "string" => DBusValue.Of(Quoted(text)),
            _ => null,
        };
    }

    private static List<string> List(string text)
    {
        if (!text.EndsWith(']')) throw new FormatException($"not a list: {text}");
        var items = new List<string>();
        for (var rest = text[1..^1].Trim(); rest.Length > 0;)
        {
            var end = EndOfText(rest);
            items.Add(Quoted(rest[..end]));
            rest = rest[end..].Trim();
            if (rest.Length > 0 && !rest.StartsWith(',')) throw new FormatException($"not a list: {text}");
            rest = rest.TrimStart(',').Trim();
        }

        return items;
    }

    // One past the closing quotation mark.
    private static int EndOfText(string text)
    {
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at] == '\\') at++;
            else if (text[at] == text[0]) return at + 1;
        }

        throw new FormatException($"not a text: {text}");
    }

    private static string Quoted(string text)
    {
        if (text.Length < 2 || text[0] is not ('\'' or '"') || EndOfText(text) != text.Length)
        {
            throw new FormatException($"not a text: {text}");
        }

        return text[1..^1].Replace("\\'", "'").Replace("\\\"", "\"").Replace("\\\\", "\\");
    }
}
