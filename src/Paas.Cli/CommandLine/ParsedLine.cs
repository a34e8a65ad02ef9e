namespace Paas.Cli.CommandLine;

/// <summary>A command line, understood.</summary>
/// <param name="Command">The command.</param>
/// <param name="Words">What is not an option.</param>
/// <param name="Options">Long name → value; empty for a flag.</param>
/// <param name="WordsBeforeDashes">How many of the words stood before <c>--</c>; all of them where there is none.</param>
internal sealed record ParsedLine(Command Command, IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Options, int WordsBeforeDashes)
{
    public bool Has(Option option) => Options.ContainsKey(option.Name);

    public string? Value(Option option) => Options.GetValueOrDefault(option.Name);

    /// <summary>Every value of an option that repeats, in their order.</summary>
    public IReadOnlyList<string> Values(Option option) => Options.TryGetValue(option.Name, out var values) ? values.Split(Separator) : [];

    /// <summary>Between values of one option: no argument of a program has it.</summary>
    internal const char Separator = '\0';
}
