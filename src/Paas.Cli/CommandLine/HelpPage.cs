using System.Text;
using Paas.Cli.Output;

namespace Paas.Cli.CommandLine;

/// <summary>Help as text: the list of commands, and a page for each.</summary>
internal static class HelpPage
{
    public static string Overview(Style style)
    {
        var text = new StringBuilder();
        text.Append(style.Bold("paas")).AppendLine(": push code to your own server, and it runs").AppendLine();
        text.AppendLine("usage: paas COMMAND [-a APP] [OPTIONS]").AppendLine();
        var width = CommandTable.All.Where(c => c.Summary is not null).Max(c => Call(c).Length) + 3;
        foreach (var (title, commands) in CommandTable.Groups)
        {
            if (title.Length > 0) text.AppendLine(style.Bold(title));
            foreach (var command in commands)
            {
                if (command.Summary is not null) text.Append("  ").Append(Call(command).PadRight(width)).AppendLine(command.Summary);
            }

            text.AppendLine();
        }

        text.AppendLine("Most commands are about one app: -a APP, or the app of the git remote 'paas' in this directory.");
        text.AppendLine("More about one: paas help COMMAND");
        return text.ToString();
    }

    public static string Of(Command command, Style style)
    {
        var text = new StringBuilder();
        text.Append(style.Bold($"paas {command.Name}"));
        if (command.Summary is { } summary) text.Append(": ").Append(summary);
        text.AppendLine().AppendLine().Append("usage: ").AppendLine(UsageOf(command));
        if (command.Aliases.Count > 0) text.Append("also:  paas ").AppendLine(string.Join(", paas ", command.Aliases));
        if (command.Details is { } details) text.AppendLine().AppendLine(details);
        text.AppendLine().AppendLine(style.Bold("Options"));
        var options = command.AllOptions.ToList();
        var width = options.Max(o => Form(o).Length) + 3;
        foreach (var option in options) text.Append("  ").Append(Form(option).PadRight(width)).AppendLine(option.Text);
        if (command.Examples.Count > 0)
        {
            text.AppendLine().AppendLine(style.Bold("Examples"));
            foreach (var example in command.Examples) text.Append("  ").AppendLine(example);
        }

        return text.ToString();
    }

    public static string UsageOf(Command command)
    {
        var parts = new List<string> { "paas", command.Name };
        parts.AddRange(command.Options.Select(o => o.Value is null ? $"[{o.Name}]" : $"[{o.Name} {o.Value}]"));
        if (command.OfApp) parts.Add("[-a APP]");
        if (command.Words.Length > 0) parts.Add(command.Words);
        return string.Join(' ', parts);
    }

    private static string Call(Command command) => command.Words.Length == 0 ? command.Name : $"{command.Name} {command.Words}";

    private static string Form(Option option)
    {
        var name = option.Short is { } letter ? $"-{letter}, {option.Name}" : $"    {option.Name}";
        return option.Value is null ? name : $"{name} {option.Value}";
    }
}
