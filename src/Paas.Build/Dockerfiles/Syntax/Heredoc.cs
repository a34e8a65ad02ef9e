using System.Globalization;
using System.Text.RegularExpressions;
using Paas.Build.Dockerfiles.Words;

namespace Paas.Build.Dockerfiles.Syntax;

/// <summary>A document within a Dockerfile: <c>&lt;&lt;NAME</c> up to a line <c>NAME</c>.</summary>
/// <param name="Name">The word that ends it.</param>
/// <param name="FileDescriptor">The number before <c>&lt;&lt;</c>; 0 where there is none.</param>
/// <param name="Expand">False where a part of the name was quoted: variables in the content stay as they are.</param>
/// <param name="StripTabs">True for <c>&lt;&lt;-</c>: tabs at the beginning of lines do not count.</param>
/// <param name="Content">Its lines, with their ends.</param>
internal sealed partial record Heredoc(string Name, int FileDescriptor, bool Expand, bool StripTabs, string Content = "")
{
    /// <summary>The content without the tabs that <see cref="StripTabs"/> takes away.</summary>
    public string Text => StripTabs ? LeadingTabs().Replace(Content, "") : Content;

    /// <summary>The documents that a line announces, in their order.</summary>
    public static IReadOnlyList<Heredoc> Announced(string line)
    {
        var split = new WordExpansion('\\', NoVariables) { KeepQuotes = true, KeepEscapes = true, KeepUnset = true };
        try
        {
            return [.. split.Expand(line).Words.Select(TryParse).OfType<Heredoc>()];
        }
        catch (FormatException)
        {
            // Quotes that do not end are the shell's affair.
            return [];
        }
    }

    /// <summary>The document that a word announces, or null for any other word.</summary>
    public static Heredoc? TryParse(string word)
    {
        if (Announcement().Match(word) is not { Success: true } match || match.Groups["name"].Length == 0) return null;
        var name = match.Groups["name"].Value;
        if (Words(name, keepQuotes: false) is not [var end] || Words(name, keepQuotes: true) is not [var quoted]) return null;
        var descriptor = match.Groups["fd"].Length > 0 ? int.Parse(match.Groups["fd"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        return new Heredoc(end, descriptor, Quotes(end) == Quotes(quoted), match.Groups["dash"].Length > 0);
    }

    private static int Quotes(string text) => text.Count(c => c is '\'' or '"');

    /// <summary>The words of a name; null where a quote does not end.</summary>
    private static IReadOnlyList<string>? Words(string name, bool keepQuotes)
    {
        try
        {
            return new WordExpansion('\\', NoVariables) { KeepUnset = true, KeepQuotes = keepQuotes }.Expand(name).Words;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static readonly IReadOnlyDictionary<string, string> NoVariables = new Dictionary<string, string>();

    [GeneratedRegex(@"\A(?<fd>[0-9]{0,4})<<(?<dash>-?)\s*(?<name>[^<]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Announcement();

    [GeneratedRegex(@"^\t+", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex LeadingTabs();
}
