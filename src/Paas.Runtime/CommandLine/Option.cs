namespace Paas.Runtime.CommandLine;

/// <summary>What an option takes.</summary>
internal enum OptionKind
{
    /// <summary>Nothing; it is there or not (or <c>=true</c>, <c>=false</c>).</summary>
    Flag,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number, decimal or with Go's prefixes.</summary>
    Number,

    /// <summary>A duration as Go writes them: <c>300ms</c>, <c>1h2m</c>.</summary>
    Duration,
}

/// <summary>An option of the program or of a verb: what the reader accepts and the help shows.</summary>
/// <param name="Name">Its name, without dashes.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Help">What it does, in a line.</param>
internal sealed record Option(string Name, OptionKind Kind, string Help)
{
    /// <summary>Its short name, without the dash, or null.</summary>
    public string? Short { get; init; }

    /// <summary>What holds when it is not given, as the help shows it, or null.</summary>
    public string? Default { get; init; }

    /// <summary>True keeps it out of the help: it is accepted for old callers only.</summary>
    public bool Hidden { get; init; }

    public static Option Flag(string name, string help) => Make(name, OptionKind.Flag, help);

    public static Option Text(string name, string help) => Make(name, OptionKind.Text, help);

    public static Option Number(string name, string help) => Make(name, OptionKind.Number, help);

    public static Option Duration(string name, string help) => Make(name, OptionKind.Duration, help);

    /// <summary>Whether a word's name, dashes taken off, means this option.</summary>
    public bool Is(ReadOnlySpan<char> name) => name.SequenceEqual(Name) || (Short is not null && name.SequenceEqual(Short));

    // "bundle,b": the long name and the short one.
    private static Option Make(string names, OptionKind kind, string help)
    {
        var comma = names.IndexOf(',');
        return comma < 0 ? new Option(names, kind, help) : new Option(names[..comma], kind, help) { Short = names[(comma + 1)..] };
    }
}
