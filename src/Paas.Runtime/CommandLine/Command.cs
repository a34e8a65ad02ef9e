namespace Paas.Runtime.CommandLine;

/// <summary>A verb, or the program itself, as its user sees it.</summary>
/// <param name="Name">The verb; empty for the program.</param>
/// <param name="Summary">What it does, in a line.</param>
/// <param name="Operands">What follows its options, as the help shows it.</param>
/// <param name="Options">Its options.</param>
internal sealed record Command(string Name, string Summary, string Operands, params Option[] Options)
{
    private static readonly Option Help = Option.Flag("help,h", "show help");

    /// <summary>More about it for the help, or null.</summary>
    public string? Description { get; init; }

    /// <summary>
    /// True where the options end at the first operand, because what follows is another program's; elsewhere options may also
    /// follow operands.
    /// </summary>
    public bool OptionsComeFirst { get; init; }

    /// <summary>The fewest and the most operands there may be.</summary>
    public (int Least, int Most) Count { get; init; } = (1, 1);

    /// <summary>The option a word's name, dashes taken off, means; <c>--help</c> is everybody's.</summary>
    public Option? Find(ReadOnlySpan<char> name)
    {
        foreach (var option in Options)
        {
            if (option.Is(name)) return option;
        }

        return Help.Is(name) ? Help : null;
    }
}
