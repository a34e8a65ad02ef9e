namespace Paas.Launch.Processes;

/// <summary>Words for a POSIX shell.</summary>
public static class ShellText
{
    /// <summary>Words as one line that the shell splits into the same words again.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>A word as the shell reads it back; quoted only where it must be.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=' or '@' or '%' or '+' or ',')
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
