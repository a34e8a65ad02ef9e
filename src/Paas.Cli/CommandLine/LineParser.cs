namespace Paas.Cli.CommandLine;

/// <summary>
/// Reads the arguments of a command: <c>--name VALUE</c>, <c>--name=VALUE</c>, <c>-n VALUE</c>, <c>-n5</c>, flags, words, and
/// <c>--</c>, behind which everything is a word.
/// </summary>
internal static class LineParser
{
    public static ParsedLine Parse(Command command, IReadOnlyList<string> arguments)
    {
        var words = new List<string>();
        var options = new Dictionary<string, string>();
        int? before = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument == "--")
            {
                before = words.Count;
                words.AddRange(arguments.Skip(i + 1));
                break;
            }

            if (argument is ['-', _, ..])
            {
                i += ReadOption(command, argument, i + 1 < arguments.Count ? arguments[i + 1] : null, options);
                continue;
            }

            words.Add(argument);
            if (!command.EndsOptionsAtFirstWord) continue;
            words.AddRange(arguments.Skip(i + 1));
            break;
        }

        var line = new ParsedLine(command, words, options, before ?? words.Count);
        if (!line.Has(Option.Help)) CheckWords(line);
        return line;
    }

    // Returns how many further arguments it used up.
    private static int ReadOption(Command command, string argument, string? next, Dictionary<string, string> options)
    {
        var (name, attached) = Split(argument);
        var option = command.AllOptions.FirstOrDefault(o => argument[1] == '-' ? o.Name == name : o.Short == name[1])
            ?? throw new UsageException(
                $"{command.Name} has no option {name}",
                Suggestion.For(name, command.AllOptions.Select(o => o.Name)) is { } near ? $"Perhaps you meant {near}." : $"See: paas help {command.Name}");
        if (option.Value is null)
        {
            if (attached is not null) throw new UsageException($"{name} takes no value");
            options[option.Name] = "";
            return 0;
        }

        var value = attached ?? next ?? throw new UsageException($"{name} needs a value: {name} {option.Value}");
        options[option.Name] = option.Repeats && options.TryGetValue(option.Name, out var before) ? $"{before}{ParsedLine.Separator}{value}" : value;
        return attached is null ? 1 : 0;
    }

    private static (string Name, string? Attached) Split(string argument)
    {
        if (argument[1] != '-') return (argument[..2], argument.Length > 2 ? argument[2..].TrimStart('=') : null);
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static void CheckWords(ParsedLine line)
    {
        var (command, words) = (line.Command, line.Words);
        var (least, most) = command.WordCount;
        if (words.Count < least)
        {
            throw new UsageException($"usage: {HelpPage.UsageOf(command)}", $"See: paas help {command.Name}");
        }

        if (words.Count <= most) return;
        var extra = words[most];
        var hint = CommandTable.Find($"{command.Name}:{extra}") is { } meant ? $"Perhaps you meant: paas {meant.Name}"
            : AppWord.Advice(line) ?? $"See: paas help {command.Name}";
        throw new UsageException($"{command.Name} does not know what to do with '{extra}'", hint);
    }
}
