using System.Text;

namespace Paas.Build.Dockerfiles.Syntax;

/// <summary>Splits an instruction's arguments at spaces that are neither quoted nor escaped.</summary>
internal static class InstructionWords
{
    /// <summary>The words with their quotes and escapes: expanding takes those away.</summary>
    public static IReadOnlyList<string> Split(string text, char escape)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at])) at++;
            else if (Word(text, ref at, escape) is { Length: > 0 } word) words.Add(word);
        }

        return words;
    }

    /// <summary>Takes the words beginning with <c>--</c> off the front; <c>--</c> alone ends them and is dropped.</summary>
    public static (IReadOnlyList<string> Flags, string Remainder) TakeFlags(string text)
    {
        var flags = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            if (!text.AsSpan(at).StartsWith("--")) return (flags, text[at..]);
            var flag = UnquotedWord(text, ref at);
            if (flag == "--") return (flags, text[at..]);
            flags.Add(flag);
        }

        return (flags, "");
    }

    private static string Word(string text, ref int at, char escape)
    {
        var word = new StringBuilder();
        var quote = '\0';
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (quote == '\0' && char.IsWhiteSpace(c)) break;
            if (c == escape && quote != '\'')
            {
                // At the very end it escapes nothing.
                if (at + 1 == text.Length) continue;
                word.Append(c);
                c = text[++at];
            }
            else if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
            }
            else if (c == quote)
            {
                quote = '\0';
            }

            word.Append(c);
        }

        return word.ToString();
    }

    // Flags are taken before the escape directive could matter to them: theirs is always the backslash.
    private static string UnquotedWord(string text, ref int at)
    {
        var word = new StringBuilder();
        var quote = '\0';
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (quote == '\0' && char.IsWhiteSpace(c)) break;
            if (c == '\\')
            {
                if (at + 1 < text.Length) word.Append(text[++at]);
            }
            else if (quote == '\0' ? c is '\'' or '"' : c == quote)
            {
                quote = quote == '\0' ? c : '\0';
            }
            else
            {
                word.Append(c);
            }
        }

        return word.ToString();
    }
}
