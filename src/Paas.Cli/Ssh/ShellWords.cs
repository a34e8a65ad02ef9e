using System.Text;
using Paas.Cli.CommandLine;

namespace Paas.Cli.Ssh;

/// <summary>A command line as a POSIX shell splits it into words: blanks, both kinds of quotes, backslashes. Nothing is expanded.</summary>
internal static class ShellWords
{
    /// <summary>A usage error for a quote that does not end.</summary>
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isWord = false;
        char? quote = null;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote is null && char.IsWhiteSpace(c))
            {
                if (isWord) words.Add(word.ToString());
                word.Clear();
                isWord = false;
                continue;
            }

            isWord = true;
            if (quote is null && c is '\'' or '"') quote = c;
            else if (c == quote) quote = null;
            else if (c == '\\' && quote != '\'' && i + 1 < line.Length && (quote is null || line[i + 1] is '"' or '\\' or '$' or '`')) word.Append(line[++i]);
            else word.Append(c);
        }

        if (quote is not null) throw new UsageException($"there is a {quote} without its end");
        if (isWord) words.Add(word.ToString());
        return words;
    }

    /// <summary>A word as such a shell takes it: as it is where it may be, else in quotes.</summary>
    public static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@%+,".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
