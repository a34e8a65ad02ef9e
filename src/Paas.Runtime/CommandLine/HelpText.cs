using System.Text;

namespace Paas.Runtime.CommandLine;

/// <summary>The help, made from the table the options are read by.</summary>
internal static class HelpText
{
    /// <summary>Help of a verb or of the program.</summary>
    public static string Of(Command command)
    {
        var program = command.Name.Length == 0;
        var text = new StringBuilder();
        var name = program ? ProgramName.Value : $"{ProgramName.Value} {command.Name}";
        text.Append($"NAME:\n   {name}{LikeRunc(command)} - {command.Summary}\n");
        text.Append($"\nUSAGE:\n   {name} {(program ? "[global options]" : command.Options.Length > 0 ? "[command options]" : "")} {command.Operands}".TrimEnd()).Append('\n');
        if (command.Description is { } description) text.Append($"\nDESCRIPTION:\n   {description.ReplaceLineEndings("\n   ")}\n");
        if (program) Section(text, "COMMANDS", [.. Commands.All.Select(verb => (verb.Name, verb.Summary)), ("help, h", "show this, or the help of a command")]);
        var options = command.Options.Where(option => !option.Hidden).Select(option => (Names(option), Explanation(option)));
        if (program) options = options.Append(("--help, -h", "show help"));
        Section(text, program ? "GLOBAL OPTIONS" : "OPTIONS", [.. options]);
        return text.ToString();
    }

    // Who knows runc need not read on.
    private static string LikeRunc(Command command) =>
        command.Name == "supervise" || ProgramName.Value == "runc" ? "" : command.Name.Length == 0 ? ", a drop-in runc" : $", as runc {command.Name}";

    private static void Section(StringBuilder text, string title, IReadOnlyList<(string Name, string Help)> lines)
    {
        if (lines.Count == 0) return;
        text.Append($"\n{title}:\n");
        var width = lines.Max(line => line.Name.Length);
        foreach (var (name, help) in lines) text.Append($"   {name.PadRight(width)}  {help}\n");
    }

    private static string Names(Option option)
    {
        var value = option.Kind == OptionKind.Flag ? "" : " value";
        return option.Short is null ? $"--{option.Name}{value}" : $"--{option.Name}{value}, -{option.Short}{value}";
    }

    private static string Explanation(Option option) => option.Default is null ? option.Help
        : option.Kind == OptionKind.Text ? $"{option.Help} (default: \"{option.Default}\")"
        : $"{option.Help} (default: {option.Default})";
}
