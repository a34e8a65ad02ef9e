namespace Paas.Runtime.CommandLine;

/// <summary>
/// Walks over options as runc's users write them: <c>--name value</c>, <c>--name=value</c>, <c>-n value</c>; they end at the first
/// word that is none, or at <c>--</c>.
/// </summary>
internal sealed class OptionReader(IReadOnlyList<string> arguments)
{
    private int _next;
    private string? _inline;
    private string _current = "";

    /// <summary>The next option's name with its dashes; null where the operands begin.</summary>
    public string? NextOption()
    {
        if (_inline is not null) throw new UsageException($"{_current} takes no value");
        if (_next == arguments.Count || !arguments[_next].StartsWith('-') || arguments[_next] == "-") return null;
        _current = arguments[_next++];
        if (_current == "--") return null;
        var equals = _current.IndexOf('=');
        if (equals > 0) (_current, _inline) = (_current[..equals], _current[(equals + 1)..]);
        // A single dash before a long name works too, as in Go's programs.
        return _current;
    }

    /// <summary>The value of the current option.</summary>
    public string Value()
    {
        if (_inline is { } inline)
        {
            _inline = null;
            return inline;
        }

        return _next < arguments.Count ? arguments[_next++] : throw new UsageException($"{_current} needs a value");
    }

    /// <summary>The value of the current option as a number.</summary>
    public int Number() => Value() is var text && int.TryParse(text, out var number) ? number : throw new UsageException($"{_current}: not a number: {text}");

    /// <summary>The operands.</summary>
    public IReadOnlyList<string> Rest() => [.. arguments.Skip(_next)];

    /// <summary>The one operand there must be: a container's id.</summary>
    public string OnlyId()
    {
        var rest = Rest();
        return rest.Count == 1 ? rest[0] : throw new UsageException(rest.Count == 0 ? "the container's id is missing" : $"unexpected argument {rest[1]}");
    }

    public UsageException Unknown() => new($"unknown option {_current}");
}

/// <summary>A command line that cannot be understood.</summary>
internal sealed class UsageException(string message) : Exception(message);
