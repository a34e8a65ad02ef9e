using System.Globalization;
using System.Text;

namespace Paas.Launch.Toml;

/// <summary>Writes tables as TOML 1.0 that reads back equal. Top-level tables get headers; what is deeper is written inline.</summary>
public static class TomlWriter
{
    public static string Write(TomlTable document)
    {
        var text = new StringBuilder();
        foreach (var key in document.Keys.Where(key => document[key] is not TomlTable)) WritePair(text, key, document[key]!);
        foreach (var key in document.Keys.Where(key => document[key] is TomlTable))
        {
            if (text.Length > 0) text.Append('\n');
            text.Append('[').Append(Key(key)).Append("]\n");
            var table = (TomlTable)document[key]!;
            foreach (var inner in table.Keys) WritePair(text, inner, table[inner]!);
        }

        return text.ToString();
    }

    /// <summary>A basic string.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\') text.Append('\\').Append(c);
            else if (c < ' ' || c == '\x7f') text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else text.Append(c);
        }

        return text.Append('"').ToString();
    }

    /// <summary>A value on one line.</summary>
    public static string Inline(TomlValue value) => value switch
    {
        TomlString text => Quote(text.Value),
        TomlInteger integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        TomlFloat number => Float(number.Value),
        TomlBoolean boolean => boolean.Value ? "true" : "false",
        TomlDateTime moment => moment.Value,
        TomlArray array => $"[{string.Join(", ", array.Items.Select(Inline))}]",
        TomlTable table => $"{{{string.Join(", ", table.Keys.Select(key => $"{Key(key)} = {Inline(table[key]!)}"))}}}",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    private static void WritePair(StringBuilder text, string key, TomlValue value) =>
        text.Append(Key(key)).Append(" = ").Append(Inline(value)).Append('\n');

    private static string Key(string key) =>
        key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? key : Quote(key);

    private static string Float(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }
}
