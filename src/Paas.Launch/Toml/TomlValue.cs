using System.Diagnostics.CodeAnalysis;

namespace Paas.Launch.Toml;

/// <summary>A value of a TOML 1.0 document, with the line it stands on.</summary>
/// <param name="Line">From 1.</param>
public abstract record TomlValue(int Line)
{
    /// <summary>The kind in words, for messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>A string, of any of the four notations.</summary>
public sealed record TomlString(string Value, int Line) : TomlValue(Line)
{
    public override string Kind => "a string";
}

/// <summary>A 64-bit integer.</summary>
public sealed record TomlInteger(long Value, int Line) : TomlValue(Line)
{
    public override string Kind => "an integer";
}

/// <summary>A binary64 number, also <c>inf</c> and <c>nan</c>.</summary>
public sealed record TomlFloat(double Value, int Line) : TomlValue(Line)
{
    public override string Kind => "a float";
}

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed record TomlBoolean(bool Value, int Line) : TomlValue(Line)
{
    public override string Kind => "a boolean";
}

/// <summary>A date, a time or both, checked and kept as written (RFC 3339; no document of ours reads one).</summary>
public sealed record TomlDateTime(string Value, int Line) : TomlValue(Line)
{
    public override string Kind => "a date or time";
}

/// <summary>An array, of values of any kinds.</summary>
public sealed record TomlArray(int Line) : TomlValue(Line)
{
    internal readonly List<TomlValue> Values = [];

    /// <summary>The values in the order of the document.</summary>
    public IReadOnlyList<TomlValue> Items => Values;

    public override string Kind => "an array";

    /// <summary>True for one made by <c>[[header]]</c>: only those take further headers.</summary>
    internal bool OfTables { get; init; }
}

/// <summary>A table; the document itself is one. Keys keep the order of the document.</summary>
public sealed record TomlTable(int Line) : TomlValue(Line)
{
    private readonly OrderedDictionary<string, TomlValue> _values = new(StringComparer.Ordinal);

    internal TomlTableOrigin Origin { get; set; }

    public override string Kind => "a table";

    /// <summary>The keys in the order of the document.</summary>
    public IReadOnlyList<string> Keys => [.. _values.Keys];

    /// <summary>The value of a key, or null.</summary>
    public TomlValue? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>The string of a key, or null where there is no such key.</summary>
    /// <exception cref="TomlException">The value is of another kind.</exception>
    public string? Text(string key) => Find<TomlString>(key, "a string")?.Value;

    /// <summary>The boolean of a key, or null where there is no such key.</summary>
    /// <exception cref="TomlException">The value is of another kind.</exception>
    public bool? Boolean(string key) => Find<TomlBoolean>(key, "a boolean")?.Value;

    /// <summary>The table of a key, or null where there is no such key.</summary>
    /// <exception cref="TomlException">The value is of another kind.</exception>
    public TomlTable? Table(string key) => Find<TomlTable>(key, "a table");

    /// <summary>The tables of an array of tables; none where there is no such key.</summary>
    /// <exception cref="TomlException">The value is of another kind.</exception>
    public IEnumerable<TomlTable> Tables(string key)
    {
        foreach (var item in Find<TomlArray>(key, "an array of tables")?.Items ?? [])
        {
            yield return item as TomlTable ?? throw Unlike(key, item, "an array of tables");
        }
    }

    /// <summary>The strings of an array, or null where there is no such key.</summary>
    /// <exception cref="TomlException">The value is of another kind.</exception>
    public IReadOnlyList<string>? Strings(string key) => Find<TomlArray>(key, "an array of strings") is { } array
        ? [.. array.Items.Select(item => (item as TomlString ?? throw Unlike(key, item, "an array of strings")).Value)]
        : null;

    /// <summary>The string of a key that must be there.</summary>
    /// <exception cref="TomlException">It is missing, empty, or of another kind.</exception>
    public string Required(string key) => Text(key) is { Length: > 0 } value
        ? value
        : throw new TomlException(Line, $"'{key}' is missing");

    internal bool TryGet(string key, [MaybeNullWhen(false)] out TomlValue value) => _values.TryGetValue(key, out value);

    /// <summary>Adds a key that is not there.</summary>
    public void Add(string key, TomlValue value) => _values.Add(key, value);

    private T? Find<T>(string key, string wanted)
        where T : TomlValue =>
        !_values.TryGetValue(key, out var value) ? null : value as T ?? throw Unlike(key, value, wanted);

    private static TomlException Unlike(string key, TomlValue value, string wanted) =>
        new(value.Line, $"'{key}' must be {wanted}, not {value.Kind}");
}

/// <summary>What made a table: decides what may still be added to it (TOML 1.0, "Table" and "Inline Table").</summary>
internal enum TomlTableOrigin
{
    /// <summary>On the way to a deeper header; a header of its own may still come, once.</summary>
    Implicit,

    /// <summary>By its own header; deeper headers may extend it, its own may not come again.</summary>
    Header,

    /// <summary>By a dotted key; only further dotted keys of the same section extend it.</summary>
    Dotted,

    /// <summary>Inline: closed.</summary>
    Inline,
}
