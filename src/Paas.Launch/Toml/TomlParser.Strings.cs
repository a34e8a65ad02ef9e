using System.Globalization;
using System.Text;

namespace Paas.Launch.Toml;

public sealed partial class TomlParser
{
    private string ParseBasicString()
    {
        _at++;
        var value = new StringBuilder();
        while (!Take('"'))
        {
            RequireSameLine();
            if (Current == '\\') ParseEscape(value);
            else Append(value);
        }

        return value.ToString();
    }

    private string ParseLiteralString()
    {
        _at++;
        var value = new StringBuilder();
        while (!Take('\''))
        {
            RequireSameLine();
            Append(value);
        }

        return value.ToString();
    }

    private string ParseMultilineBasicString()
    {
        _at += 3;
        NewLine();
        var value = new StringBuilder();
        while (!EndsMultiline('"', value))
        {
            if (Current == '\\' && IsLineContinuation()) SkipContinuation();
            else if (Current == '\\') ParseEscape(value);
            else AppendLineOrCharacter(value);
        }

        return value.ToString();
    }

    private string ParseMultilineLiteralString()
    {
        _at += 3;
        NewLine();
        var value = new StringBuilder();
        while (!EndsMultiline('\'', value)) AppendLineOrCharacter(value);
        return value.ToString();
    }

    /// <summary>Takes the closing quotes; up to two of their kind before them belong to the string.</summary>
    private bool EndsMultiline(char quote, StringBuilder value)
    {
        if (AtEnd) throw Error("a string is not closed");
        var count = 0;
        while (Peek(count) == quote && count < 5) count++;
        if (count < 3) return false;
        value.Append(quote, count - 3);
        _at += count;
        return true;
    }

    private void AppendLineOrCharacter(StringBuilder value)
    {
        var start = _at;
        if (NewLine()) value.Append(_text, start, _at - start);
        else Append(value);
    }

    private bool IsLineContinuation()
    {
        var offset = 1;
        while (Peek(offset) is ' ' or '\t') offset++;
        return Peek(offset) == '\n' || (Peek(offset) == '\r' && Peek(offset + 1) == '\n');
    }

    private void SkipContinuation()
    {
        _at++;
        do SkipSpace();
        while (NewLine());
    }

    private void ParseEscape(StringBuilder value)
    {
        _at++;
        var escape = Current;
        _at++;
        switch (escape)
        {
            case 'b': value.Append('\b'); break;
            case 't': value.Append('\t'); break;
            case 'n': value.Append('\n'); break;
            case 'f': value.Append('\f'); break;
            case 'r': value.Append('\r'); break;
            case '"': value.Append('"'); break;
            case '\\': value.Append('\\'); break;
            case 'u': value.Append(ParseCodePoint(4)); break;
            case 'U': value.Append(ParseCodePoint(8)); break;
            default: throw Error($"'\\{escape}' is not an escape");
        }
    }

    private string ParseCodePoint(int digits)
    {
        if (_at + digits > _text.Length
            || !uint.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
        {
            throw Error($"expected {digits} hexadecimal digits of a Unicode scalar value");
        }

        _at += digits;
        return new Rune(code).ToString();
    }

    private void RequireSameLine()
    {
        if (AtEnd || Current is '\n' || (Current == '\r' && Peek(1) == '\n')) throw Error("a string is not closed on its line");
    }

    private void Append(StringBuilder value)
    {
        RequireText();
        value.Append(Current);
        _at++;
    }

    private void RequireText()
    {
        if ((Current < ' ' && Current != '\t') || Current == '\x7f') throw Error($"control character U+{(int)Current:X4}");
    }
}
