using System.Text;

namespace Paas.Build.Dockerfiles.Words;

/// <content>What begins with a dollar sign.</content>
internal sealed partial class WordExpansion
{
    private string Dollar()
    {
        _at++;
        if (Peek != '{')
        {
            var plain = Name();
            if (plain.Length == 0) return "$";
            var found = Find(plain);
            return found ?? (KeepUnset ? $"${plain}" : "");
        }

        _at++;
        if (Peek == End) throw Unclosed();
        if (Peek is '{' or '}' or ':') throw new FormatException("syntax error: bad substitution");
        return Braced(Name());
    }

    private string Braced(string name)
    {
        var modifier = Next();
        switch (modifier)
        {
            case "}":
                return Find(name) ?? (KeepUnset ? $"${{{name}}}" : "");
            case "/":
                return Replaced(name);
            case ":":
                modifier += Next();
                break;
        }

        var kind = modifier[^1];
        if (kind is not ('+' or '-' or '?' or '#' or '%') || (modifier.Length == 2 && kind is '#' or '%')) throw new FormatException($"unsupported modifier ({modifier}) in substitution");
        var word = Operand('}', kind is '#' or '%', "syntax error: missing '}'");
        // Whoever says what stands in for a variable knows that it may have no value.
        var value = kind is '#' or '%' ? Find(name) : variables.GetValueOrDefault(name);
        if (value is null && KeepUnset) return $"${{{name}{modifier}{word}}}";
        var isMissing = value is null || (modifier.Length == 2 && value.Length == 0);
        return kind switch
        {
            '-' => isMissing ? word : value!,
            '+' => isMissing ? "" : word,
            '?' => isMissing ? throw Missing(name, word, value is null) : value!,
            '#' => Trimmed(value ?? "", word, '#'),
            _ => Trimmed(value ?? "", word, '%'),
        };
    }

    private static FormatException Missing(string name, string word, bool isUnset) =>
        new($"{name}: {(word.Length > 0 ? word : isUnset ? "is not allowed to be unset" : "is not allowed to be empty")}");

    private static string Trimmed(string value, string pattern, char side)
    {
        var longest = pattern.StartsWith(side);
        var parsed = ShellPattern.Parse(longest ? pattern[1..] : pattern);
        return side == '#' ? parsed.TrimStart(value, longest) : parsed.TrimEnd(value, longest);
    }

    private string Replaced(string name)
    {
        var all = Peek == '/';
        if (all) _at++;
        var pattern = Operand('/', true, "syntax error: missing '/' in ${}");
        var replacement = Operand('}', true, "syntax error: missing '}'");
        var value = Find(name);
        if (value is null && KeepUnset) return $"${{{name}/{(all ? "/" : "")}{pattern}/{replacement}}}";
        return ShellPattern.Parse(pattern).Replace(value ?? "", replacement, all);
    }

    private string Operand(char stop, bool keepEscapes, string unclosed)
    {
        try
        {
            return Until(stop, keepEscapes).Text;
        }
        catch (FormatException) when (Peek == End)
        {
            throw new FormatException(unclosed);
        }
    }

    private string Next() => Peek == End ? throw Unclosed() : _text[_at++].ToString();

    private static FormatException Unclosed() => new("syntax error: missing '}'");

    /// <summary>A variable's name, the digits of a positional parameter, or one of the shell's special parameters.</summary>
    private string Name()
    {
        if (Peek == End) return "";
        var start = _at;
        if (char.IsDigit(_text[_at]))
        {
            while (Peek != End && char.IsDigit(_text[_at])) _at++;
        }
        else if ("@*#?-$!".Contains(_text[_at]))
        {
            _at++;
        }
        else
        {
            while (Peek != End && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
        }

        return _text[start.._at];
    }

    private string? Find(string name)
    {
        if (variables.TryGetValue(name, out var value)) return value;
        _unset.Add(name);
        return null;
    }
}
