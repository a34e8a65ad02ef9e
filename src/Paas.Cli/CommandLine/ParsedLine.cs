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
}
