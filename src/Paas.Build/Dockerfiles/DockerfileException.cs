using System.Globalization;

namespace Paas.Build.Dockerfiles;

/// <summary>A Dockerfile that cannot be read or built, at a place in it.</summary>
/// <param name="message">What is wrong, one sentence.</param>
/// <param name="line">First line of the place, counted from 1; 0 where it is the file as a whole.</param>
/// <param name="token">The text on that line that is at fault; null points at the line's beginning.</param>
/// <param name="hint">The next step, where the message does not say it already.</param>
internal sealed class DockerfileException(string message, int line, string? token = null, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    public int Line { get; } = line;

    public string? Token { get; } = token;

    public string? Hint { get; } = hint;

    /// <summary>The message under the file's name, and the line with a pointer below it.</summary>
    public string Describe(string file, string text) =>
        Line < 1 ? $"{file}: {Message}" : $"{file}:{Line}: {Message}{Excerpt(text)}";

    private string Excerpt(string text)
    {
        var lines = text.Split('\n');
        if (Line > lines.Length) return "";
        var source = lines[Line - 1].TrimEnd('\r');
        if (source.Length > 200) source = source[..200];
        var (start, length) = Place(source);
        var number = Line.ToString(CultureInfo.InvariantCulture).PadLeft(4);
        // Tabs stay tabs, so that the pointer stands below its word however wide they are shown.
        var indent = string.Concat(source[..start].Select(c => c == '\t' ? '\t' : ' '));
        return $"\n{number} | {source}\n     | {indent}{new string('^', Math.Max(1, length))}";
    }

    private (int Start, int Length) Place(string source)
    {
        if (Token is { Length: > 0 } token && source.IndexOf(token, StringComparison.Ordinal) is var at and >= 0) return (at, token.Length);
        var start = source.Length - source.TrimStart().Length;
        var end = source.IndexOfAny([' ', '\t'], start);
        return (start, (end < 0 ? source.Length : end) - start);
    }
}
