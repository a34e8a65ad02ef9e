using System.Globalization;
using System.Text;

namespace Paas.Runtime.CommandLine;

/// <summary>Values of <c>key=value</c> log lines, quoted as Go's loggers do.</summary>
internal static class LogText
{
    /// <summary>A value as it stands: bare when it is one plain word.</summary>
    public static string Quote(string value) => value.All(IsPlain) ? value : Escape(value);

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '/' or '@' or '^' or '+';

    private static string Escape(string value)
    {
        var text = new StringBuilder("\"", value.Length + 2);
        foreach (var rune in value.EnumerateRunes()) Append(text, rune);
        return text.Append('"').ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        var escape = "\a\b\f\n\r\t\v\"\\".IndexOf((char)rune.Value);
        if (rune.IsBmp && escape >= 0) text.Append('\\').Append("abfnrtv\"\\"[escape]);
        else if (rune.Value == ' ' || IsPrintable(rune)) text.Append(rune.ToString());
        else if (rune.Value < 0x80) text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
        else if (rune.IsBmp) text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        else text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
    }

    private static bool IsPrintable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
