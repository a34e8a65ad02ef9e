namespace Paas.Launch.Toml;

/// <summary>
/// A parser of TOML 1.0 (https://toml.io/en/v1.0.0), whole: every notation of strings and numbers, dates checked and kept as
/// text. Buildpacks write TOML from untrusted builds, so nesting is bounded and every error names its line.
/// </summary>
public sealed partial class TomlParser
{
    private const int MaximumDepth = 64;

    private readonly string _text;
    private readonly TomlTable _root = new(1) { Origin = TomlTableOrigin.Header };
    private TomlTable _section;
    private int _at;
    private int _line = 1;
    private int _depth;

    private TomlParser(string text)
    {
        _text = text;
        _section = _root;
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="TomlException">It is not TOML.</exception>
    public static TomlTable Parse(string text)
    {
        var parser = new TomlParser(text.StartsWith('\uFEFF') ? text[1..] : text);
        parser.ParseDocument();
        return parser._root;
    }

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private bool AtEnd => _at >= _text.Length;

    private void ParseDocument()
    {
        while (true)
        {
            SkipBlank();
            if (AtEnd) return;
            if (Current == '[') ParseHeader();
            else ParsePair(_section, dottedIn: _section);
            EndLine();
        }
    }

    private void ParseHeader()
    {
        _at++;
        var array = Take('[');
        var headerLine = _line;
        SkipSpace();
        var path = ParseKey();
        Expect(']');
        if (array) Expect(']', space: false);
        var parent = _root;
        foreach (var key in path[..^1]) parent = Descend(parent, key, headerLine);
        _section = array ? AppendTable(parent, path[^1], headerLine) : OpenTable(parent, path[^1], headerLine);
    }

    private static TomlTable Descend(TomlTable parent, string key, int line)
    {
        if (!parent.TryGet(key, out var value))
        {
            var made = new TomlTable(line);
            parent.Add(key, made);
            return made;
        }

        if (value is TomlArray { OfTables: true } array) return (TomlTable)array.Values[^1];
        if (value is TomlTable { Origin: not TomlTableOrigin.Inline } table) return table;
        throw new TomlException(line, $"'{key}' is {value.Kind} already (line {value.Line}) and cannot be extended");
    }

    private static TomlTable OpenTable(TomlTable parent, string key, int line)
    {
        if (!parent.TryGet(key, out var value))
        {
            var made = new TomlTable(line) { Origin = TomlTableOrigin.Header };
            parent.Add(key, made);
            return made;
        }

        if (value is not TomlTable { Origin: TomlTableOrigin.Implicit } table)
        {
            throw new TomlException(line, $"'{key}' is defined already (line {value.Line})");
        }

        table.Origin = TomlTableOrigin.Header;
        return table;
    }

    private static TomlTable AppendTable(TomlTable parent, string key, int line)
    {
        if (!parent.TryGet(key, out var value))
        {
            value = new TomlArray(line) { OfTables = true };
            parent.Add(key, value);
        }

        if (value is not TomlArray { OfTables: true } array)
        {
            throw new TomlException(line, $"'{key}' is {value.Kind} already (line {value.Line})");
        }

        var made = new TomlTable(line) { Origin = TomlTableOrigin.Header };
        array.Values.Add(made);
        return made;
    }

    /// <summary>Reads <c>a.b = value</c> into a table.</summary>
    private void ParsePair(TomlTable table, TomlTable dottedIn)
    {
        var pairLine = _line;
        var path = ParseKey();
        Expect('=');
        SkipSpace();
        foreach (var key in path[..^1])
        {
            if (!table.TryGet(key, out var value))
            {
                value = new TomlTable(pairLine) { Origin = TomlTableOrigin.Dotted };
                table.Add(key, value);
                _dotted.Add((TomlTable)value, dottedIn);
            }

            if (value is not TomlTable { Origin: TomlTableOrigin.Dotted } next || !ReferenceEquals(_dotted.GetValueOrDefault(next), dottedIn))
            {
                throw new TomlException(pairLine, $"'{key}' is defined already (line {value.Line}) and cannot be extended");
            }

            table = next;
        }

        if (table.TryGet(path[^1], out var former))
        {
            throw new TomlException(pairLine, $"'{path[^1]}' is defined already (line {former.Line})");
        }

        table.Add(path[^1], ParseValue());
    }

    // Which section's dotted keys made a table: those of another section may not extend it.
    private readonly Dictionary<TomlTable, TomlTable> _dotted = new(ReferenceEqualityComparer.Instance);

    private string[] ParseKey()
    {
        var path = new List<string>();
        do
        {
            SkipSpace();
            path.Add(Current switch
            {
                '"' => ParseBasicString(),
                '\'' => ParseLiteralString(),
                _ => ParseBareKey(),
            });
            if (path.Count > MaximumDepth) throw Error("key has too many parts");
            SkipSpace();
        }
        while (Take('.'));
        return [.. path];
    }

    private string ParseBareKey()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '-') _at++;
        return _at > start ? _text[start.._at] : throw Error($"expected a key, found {Found()}");
    }

    private void EndLine()
    {
        SkipSpace();
        SkipComment();
        if (AtEnd || NewLine()) return;
        throw Error($"expected the end of the line, found {Found()}");
    }

    private void SkipSpace()
    {
        while (Current is ' ' or '\t') _at++;
    }

    private void SkipBlank()
    {
        do
        {
            SkipSpace();
            SkipComment();
        }
        while (NewLine());
    }

    private void SkipComment()
    {
        if (Current != '#' || AtEnd) return;
        for (_at++; !AtEnd && Current != '\n' && !(Current == '\r' && Peek(1) == '\n'); _at++) RequireText();
    }

    private bool NewLine()
    {
        var length = Current == '\n' ? 1 : Current == '\r' && Peek(1) == '\n' ? 2 : 0;
        _at += length;
        if (length > 0) _line++;
        return length > 0;
    }

    private char Peek(int offset) => _at + offset < _text.Length ? _text[_at + offset] : '\0';

    private bool Take(char wanted)
    {
        if (AtEnd || Current != wanted) return false;
        _at++;
        return true;
    }

    private void Expect(char wanted, bool space = true)
    {
        if (space) SkipSpace();
        if (!Take(wanted)) throw Error($"expected '{wanted}', found {Found()}");
    }

    private string Found() => AtEnd ? "the end" : Current is '\n' or '\r' ? "the end of the line" : $"'{Current}'";

    private TomlException Error(string reason) => new(_line, reason);
}
