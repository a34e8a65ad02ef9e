using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Paas.Build.Dockerfiles.Syntax;

/// <summary>Takes one instruction's line apart, each instruction by its own rules.</summary>
internal static partial class InstructionLine
{
    private static readonly SearchValues<char> Spaces = SearchValues.Create(" \t\n\v\f\r");

    /// <exception cref="FormatException">The arguments cannot be read.</exception>
    public static SyntaxNode Parse(string line, char escape, IReadOnlyList<string> comments)
    {
        var (name, flags, rest) = Split(line);
        var (arguments, isJson) = ParseArguments(name, rest, escape);
        return new SyntaxNode(name)
        {
            Original = line, Flags = flags, Next = arguments, IsJson = isJson, Comments = comments,
        };
    }

    private static (SyntaxNode? Arguments, bool IsJson) ParseArguments(string name, string rest, char escape) => name switch
    {
        "add" or "copy" or "volume" => MaybeJson(rest) ?? (Whitespaced(rest), false),
        "cmd" or "entrypoint" or "run" or "shell" => MaybeJson(rest) ?? (Whole(rest), false),
        "arg" => (SyntaxNode.Chain(InstructionWords.Split(rest, escape)), false),
        "env" or "label" => (KeysAndValues(rest, name.ToUpperInvariant(), escape), false),
        "expose" or "from" => (Whitespaced(rest), false),
        "healthcheck" => Healthcheck(rest),
        "onbuild" => (rest.Length == 0 ? null : new SyntaxNode("") { Children = [Parse(rest, escape, [])] }, false),
        "maintainer" or "stopsignal" or "user" or "workdir" => (Whole(rest), false),
        // What it is, whoever understands instructions will say.
        _ => (new SyntaxNode(""), false),
    };

    private static (string Name, IReadOnlyList<string> Flags, string Remainder) Split(string line)
    {
        var parts = Whitespace().Split(line.Trim(), 2);
        if (parts.Length == 1) return (parts[0].ToLowerInvariant(), [], "");
        var (flags, rest) = InstructionWords.TakeFlags(parts[1]);
        return (parts[0].ToLowerInvariant(), flags, rest.Trim());
    }

    private static SyntaxNode? Whole(string rest) => rest.Length == 0 ? null : new SyntaxNode(rest);

    private static SyntaxNode? Whitespaced(string rest) => rest.Length == 0 ? null : SyntaxNode.Chain(Whitespace().Split(rest));

    private static (SyntaxNode?, bool)? MaybeJson(string rest)
    {
        if (!rest.TrimStart().StartsWith('[')) return null;
        try
        {
            using var document = JsonDocument.Parse(rest);
            var values = new List<string>();
            foreach (var element in document.RootElement.EnumerateArray())
            {
                values.Add(element.ValueKind == JsonValueKind.String
                    ? element.GetString()!
                    : throw new FormatException("when using JSON array syntax, arrays must be comprised of strings only"));
            }

            return (SyntaxNode.Chain(values), true);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // No JSON: a command for the shell, of which [ is one.
            return null;
        }
    }

    private static (SyntaxNode?, bool) Healthcheck(string rest)
    {
        var end = rest.AsSpan().IndexOfAny(Spaces);
        var type = end < 0 ? rest : rest[..end];
        if (type.Length == 0) return (null, false);
        var command = end < 0 ? "" : rest[end..].TrimStart();
        var (arguments, isJson) = MaybeJson(command) ?? (Whole(command), false);
        return (new SyntaxNode(type) { Next = arguments }, isJson);
    }

    // Each pair is followed by what stood between its halves: "=" for the form of today, nothing for the old one.
    private static SyntaxNode? KeysAndValues(string rest, string name, char escape)
    {
        var words = InstructionWords.Split(rest, escape);
        if (words.Count == 0) return null;
        if (!words[0].Contains('='))
        {
            var parts = Whitespace().Split(rest, 2);
            return parts.Length == 2
                ? SyntaxNode.Chain([parts[0], parts[1], ""])
                : throw new FormatException($"{name} must have two arguments");
        }

        var values = new List<string>();
        foreach (var word in words)
        {
            var equals = word.IndexOf('=');
            if (equals < 0) throw new FormatException($"Syntax error - can't find = in {QuotedText.Of(word)}. Must be of the form: name=value");
            values.AddRange([word[..equals], word[(equals + 1)..], "="]);
        }

        return SyntaxNode.Chain(values);
    }

    [GeneratedRegex(@"[\t\v\f\r ]+", RegexOptions.CultureInvariant)]
    private static partial Regex Whitespace();
}
