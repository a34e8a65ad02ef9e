using System.Text;

namespace Paas.Build.Dockerfiles.Words;

/// <summary>What came out of a text's expansion.</summary>
/// <param name="Text">The whole, spaces included.</param>
/// <param name="Words">The same split at spaces that were neither quoted nor escaped.</param>
/// <param name="Unset">Names of variables that had no value.</param>
internal sealed record ExpandedText(string Text, IReadOnlyList<string> Words, IReadOnlySet<string> Unset);

/// <summary>
/// Expands variables in a Dockerfile's arguments and takes quotes and escapes away, as a shell would: <c>$name</c>,
/// <c>${name}</c> and the forms with a modifier. Not for concurrent use.
/// </summary>
/// <param name="escape">The file's escape character.</param>
/// <param name="variables">Values by name.</param>
internal sealed partial class WordExpansion(char escape, IReadOnlyDictionary<string, string> variables)
{
    private const int End = -1;

    private readonly HashSet<string> _unset = new(StringComparer.Ordinal);
    private string _text = "";
    private int _at;

    /// <summary>True leaves quotes in the result.</summary>
    public bool KeepQuotes { get; init; }

    /// <summary>True leaves the escape characters in the result.</summary>
    public bool KeepEscapes { get; init; }

    /// <summary>True takes quotes as any other character, as within a document.</summary>
    public bool IgnoreQuotes { get; init; }

    /// <summary>True leaves variables without a value as they are written.</summary>
    public bool KeepUnset { get; init; }

    /// <summary>Expands a text.</summary>
    /// <exception cref="FormatException">A quote or brace does not end, a modifier is unknown, or <c>${name?}</c> has no value.</exception>
    public ExpandedText Expand(string text)
    {
        (_text, _at) = (text, 0);
        _unset.Clear();
        try
        {
            var result = Until(End, KeepEscapes);
            return new ExpandedText(result.Text, result.Words, new HashSet<string>(_unset, StringComparer.Ordinal));
        }
        catch (FormatException error)
        {
            throw new FormatException($"failed to process {Syntax.QuotedText.Of(text)}: {error.Message}", error);
        }
    }

    private int Peek => _at < _text.Length ? _text[_at] : End;

    private (string Text, IReadOnlyList<string> Words) Until(int stop, bool keepEscapes)
    {
        var result = new StringBuilder();
        var words = new WordList();
        while (Peek != End)
        {
            var c = _text[_at];
            if (c == stop)
            {
                _at++;
                return (result.ToString(), words.End());
            }

            var whole = c switch
            {
                '<' => Opening(),
                '\'' when !IgnoreQuotes => SingleQuoted(),
                '"' when !IgnoreQuotes => DoubleQuoted(keepEscapes),
                _ => c == escape ? Escaped(keepEscapes) : null,
            };
            if (whole is not null)
            {
                result.Append(whole);
                words.AddWhole(whole);
                continue;
            }

            var splitting = c == '$' ? Dollar() : _text[_at++].ToString();
            result.Append(splitting);
            words.AddSplitting(splitting);
        }

        if (stop != End) throw new FormatException($"unexpected end of statement while looking for matching {(char)stop}");
        return (result.ToString(), words.End());
    }

    // The name of a document may stand a little off its <<: the word goes on to there.
    private string Opening()
    {
        var start = _at++;
        if (Peek != '<') return "<";
        _at++;
        while (Peek != End && char.IsWhiteSpace(_text[_at])) _at++;
        return _text[start.._at];
    }

    private string Escaped(bool keep)
    {
        _at++;
        var kept = keep ? escape.ToString() : "";
        return Peek == End ? kept : kept + _text[_at++];
    }

    private string SingleQuoted()
    {
        var end = _text.IndexOf('\'', _at + 1);
        if (end < 0) throw new FormatException("unexpected end of statement while looking for matching single-quote");
        var quoted = KeepQuotes ? _text[_at..(end + 1)] : _text[(_at + 1)..end];
        _at = end + 1;
        return quoted;
    }

    private string DoubleQuoted(bool keepEscapes)
    {
        var result = new StringBuilder();
        _at++;
        if (KeepQuotes) result.Append('"');
        while (Peek != '"')
        {
            if (Peek == End) throw new FormatException("unexpected end of statement while looking for matching double-quote");
            var c = _text[_at];
            if (c == '$')
            {
                result.Append(Dollar());
                continue;
            }

            _at++;
            if (c == escape)
            {
                if (keepEscapes) result.Append(c);
                if (Peek == End) continue;
                // Before anything else it means itself.
                if (Peek is '"' or '$' || Peek == escape) c = _text[_at++];
                else if (keepEscapes) c = _text[_at++];
            }

            result.Append(c);
        }

        _at++;
        if (KeepQuotes) result.Append('"');
        return result.ToString();
    }

    /// <summary>The words of a text on their way: spaces within what was quoted do not split.</summary>
    private sealed class WordList
    {
        private readonly List<string> _words = [];
        private readonly StringBuilder _word = new();

        public void AddWhole(string text) => _word.Append(text);

        public void AddSplitting(string text)
        {
            foreach (var c in text)
            {
                if (char.IsWhiteSpace(c)) Close();
                else _word.Append(c);
            }
        }

        public List<string> End()
        {
            Close();
            return _words;
        }

        private void Close()
        {
            if (_word.Length > 0) _words.Add(_word.ToString());
            _word.Clear();
        }
    }
}
