using System.Globalization;

namespace Paas.Runtime.CommandLine;

/// <summary>
/// Walks over a verb's words as Go's programs do: <c>--name value</c>, <c>--name=value</c>, one dash or two, flags also
/// <c>=true</c> and <c>=false</c>. What is no option is an operand; <c>--</c> ends the options.
/// </summary>
internal sealed class OptionReader(Command command, string[] arguments)
{
    private readonly List<string> _operands = [];
    private int _next;
    private string _current = "";
    private string? _value;

    /// <summary>
    /// The next option as <c>--name</c>, whichever way it was written; null when there is none left. A flag that is given as
    /// false is as good as not given.
    /// </summary>
    /// <exception cref="UsageException">The word is no option of the command, or its value is missing or wrong.</exception>
    /// <exception cref="HelpRequested">It is <c>--help</c>.</exception>
    public string? NextOption()
    {
        while (_next < arguments.Length)
        {
            var word = arguments[_next];
            if (!IsOption(word))
            {
                if (command.OptionsComeFirst) return null;
                _operands.Add(word);
                _next++;
                continue;
            }

            _next++;
            if (word is "--") return null;
            if (Take(word) is { } option) return option;
        }

        return null;
    }

    /// <summary>The value of the current option.</summary>
    public string Value() => _value ?? throw new InvalidOperationException($"{_current} takes no value");

    /// <summary>The value of the current option as a number.</summary>
    public int Number() => TryParseNumber(Value(), out var number) && number is >= int.MinValue and <= int.MaxValue ? (int)number : throw Invalid("parse error");

    /// <summary>The value of the current option as a number of 64 bits.</summary>
    public long LongNumber() => TryParseNumber(Value(), out var number) ? number : throw Invalid("parse error");

    /// <summary>The value of the current option as a duration.</summary>
    public TimeSpan Duration() => GoDuration.TryParse(Value(), out var duration) ? duration : throw Invalid("parse error");

    /// <summary>The operands, once <see cref="NextOption"/> has returned null.</summary>
    /// <exception cref="UsageException">There are more or fewer than the verb takes.</exception>
    public string[] Rest()
    {
        string[] all = [.. _operands, .. arguments.AsSpan(_next)];
        var (least, most) = command.Count;
        if (all.Length >= least && all.Length <= most) return all;
        var rule = least == most ? "exactly" : all.Length < least ? "a minimum of" : "a maximum of";
        throw new UsageException($"{ProgramName.Value}: \"{command.Name}\" requires {rule} {(all.Length < least ? least : most)} argument(s)", command);
    }

    /// <summary>The one operand there must be: a container's id.</summary>
    public string OnlyId() => Rest()[0];

    /// <summary>For the option that a verb has in its table and does not know: none.</summary>
    public UsageException Unknown() => NotDefined(_current.AsSpan().TrimStart('-'));

    // Whoever writes operands first may still write options after them, but only ones that exist: "kill ID -9" is an operand.
    private bool IsOption(string word) =>
        word.Length > 1 && word[0] == '-' && (word == "--" || _operands.Count == 0 || command.Find(Name(word)) is not null);

    private string? Take(string word)
    {
        var name = Name(word);
        var option = command.Find(name) ?? throw NotDefined(name);
        if (option.Name == "help") throw new HelpRequested(command);
        _current = "--" + option.Name;
        var equals = word.IndexOf('=');
        _value = equals < 0 ? null : word[(equals + 1)..];
        if (option.Kind != OptionKind.Flag)
        {
            _value ??= _next < arguments.Length ? arguments[_next++] : throw new UsageException($"flag needs an argument: -{option.Name}", command);
            return _current;
        }

        if (_value is null) return _current;
        if (!TryParseBoolean(_value, out var given)) throw new UsageException($"invalid boolean value \"{_value}\" for -{option.Name}: parse error", command);
        return given ? _current : null;
    }

    private static ReadOnlySpan<char> Name(string word)
    {
        var name = word.AsSpan(word.StartsWith("--", StringComparison.Ordinal) ? 2 : 1);
        var equals = name.IndexOf('=');
        return equals < 0 ? name : name[..equals];
    }

    /// <summary>As Go's <c>strconv.ParseBool</c>.</summary>
    public static bool TryParseBoolean(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }

    private static bool TryParseNumber(string text, out long number) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private UsageException Invalid(string why) => new($"invalid value \"{_value}\" for flag -{_current[2..]}: {why}", command);

    private UsageException NotDefined(ReadOnlySpan<char> name) => new($"flag provided but not defined: -{name}", command);
}

/// <summary>A command line that cannot be understood.</summary>
/// <param name="message">What is wrong with it.</param>
/// <param name="command">Whose help would help; null for none.</param>
internal sealed class UsageException(string message, Command? command = null) : Exception(message)
{
    public Command? Command => command;
}

/// <summary><c>--help</c> was given.</summary>
internal sealed class HelpRequested(Command command) : Exception
{
    public Command Command => command;
}
