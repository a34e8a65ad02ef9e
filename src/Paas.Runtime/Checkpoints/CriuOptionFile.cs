using System.Text;

namespace Paas.Runtime.Checkpoints;

/// <summary>Arguments of criu's command line as a file of options (criu(8), CONFIGURATION FILES).</summary>
internal static class CriuOptionFile
{
    /// <summary>The file's text: an option a line.</summary>
    /// <param name="arguments"><c>--option</c>, <c>--option=value</c>, or a value that belongs to the option before.</param>
    /// <exception cref="RuntimeException">A value that a line cannot hold.</exception>
    public static string Text(IReadOnlyList<string> arguments)
    {
        var text = new StringBuilder();
        for (var i = 0; i < arguments.Count; i++)
        {
            var option = arguments[i][2..];
            var equals = option.IndexOf('=');
            if (equals >= 0) Line(text, option[..equals], option[(equals + 1)..]);
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal)) Line(text, option, arguments[++i]);
            else text.Append(option).Append('\n');
        }

        return text.ToString();
    }

    // As one word, since some options have their value no other way; only a word of its own may have spaces, in quotation marks.
    private static void Line(StringBuilder text, string option, string value)
    {
        if (value.Contains('\n')) throw new RuntimeException("a path with a line break cannot be given to criu: rename it");
        if (!value.Any(char.IsWhiteSpace)) text.Append(option).Append('=').Append(value).Append('\n');
        else text.Append(option).Append(" \"").Append(value.Replace("\"", "\\\"", StringComparison.Ordinal)).Append("\"\n");
    }
}
