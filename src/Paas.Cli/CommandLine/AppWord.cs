using Paas.Cli.Ssh;
using Paas.Contracts.Api;

namespace Paas.Cli.CommandLine;

/// <summary>An app's name in front of a command's own words, where people who know Dokku put it.</summary>
internal static class AppWord
{
    /// <summary>True of a command that works on an app and has no place of its own for the name of one.</summary>
    public static bool MayLead(Command command) =>
        command.OfApp && !((string[])["APP", "[APP]", "[NAME]"]).Any(place => command.Words.StartsWith(place, StringComparison.Ordinal));

    /// <summary>True of what the platform would take as the name of an app.</summary>
    public static bool IsName(string word) => AppNameRule.Allows(word);

    /// <summary>The line with its first word after <c>-a</c>; null where that word is no app's name, or the line would be wrong all the same.</summary>
    /// <param name="line">A line that cannot be meant as it is.</param>
    /// <param name="show">How a word is shown, for those that should not be; as it is unless given.</param>
    public static string? Advice(ParsedLine line, Func<string, string>? show = null)
    {
        var (least, most) = line.Command.WordCount;
        if (!MayLead(line.Command) || line.Has(Option.App) || line.WordsBeforeDashes == 0 || !IsName(line.Words[0])) return null;
        var rest = line.Words.Skip(1).Select(show ?? (word => word)).ToList();
        if (rest.Count < least || rest.Count > most) return null;
        if (line.WordsBeforeDashes < line.Words.Count) rest.Insert(line.WordsBeforeDashes - 1, "--");
        return $"If {line.Words[0]} is the app: {Corrected(line, line.Words[0], rest)}";
    }

    /// <summary>A line to type: the command and the options of this one, that app (none where it is null), those words.</summary>
    public static string Corrected(ParsedLine line, string? app, IEnumerable<string> words)
    {
        var parts = new List<string> { "paas", line.Command.Name };
        if (app is not null) parts.AddRange(["-a", app]);
        foreach (var option in line.Command.AllOptions.Where(option => option != Option.App && line.Has(option)))
        {
            if (option.Value is null) parts.Add(option.Name);
            else parts.AddRange(line.Values(option).SelectMany(value => (string[])[option.Name, ShellWords.Quoted(value)]));
        }

        return string.Join(' ', parts.Concat(words.Select(ShellWords.Quoted)));
    }
}
