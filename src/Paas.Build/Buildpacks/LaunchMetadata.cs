using System.Text.RegularExpressions;
using Paas.Build.Toml;

namespace Paas.Build.Buildpacks;

/// <summary>A process that a buildpack declares (buildpack spec, "launch.toml").</summary>
/// <param name="Type">Process type.</param>
/// <param name="Command">Program and arguments; at least the program.</param>
/// <param name="Default">True for the one that a bare image starts.</param>
/// <param name="WorkingDirectory">Absolute, or null for the app's.</param>
public sealed record LaunchProcess(string Type, IReadOnlyList<string> Command, bool Default, string? WorkingDirectory)
{
    /// <summary>
    /// The command as a line for a shell. A command that is itself <c>sh -c LINE</c> or <c>bash -c LINE</c> is that line: everything
    /// is started through a shell here, and people see what they wrote in their Procfile.
    /// </summary>
    public string ShellCommand
    {
        get
        {
            var line = Command is [("sh" or "bash" or "/bin/sh" or "/bin/bash" or "/usr/bin/bash"), "-c", var script]
                ? script
                : ShellText.Join(Command);
            return WorkingDirectory is null ? line : $"cd {ShellText.Quote(WorkingDirectory)} && {line}";
        }
    }
}

/// <summary>A <c>launch.toml</c>.</summary>
public sealed partial record LaunchMetadata(IReadOnlyList<LaunchProcess> Processes, IReadOnlyDictionary<string, string> Labels)
{
    public static LaunchMetadata Empty { get; } = new([], new Dictionary<string, string>());

    /// <exception cref="TomlException">It is not launch metadata.</exception>
    public static LaunchMetadata Parse(string text)
    {
        var document = TomlParser.Parse(text);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in document.Tables("labels")) labels[label.Required("key")] = label.Text("value") ?? "";
        var processes = new List<LaunchProcess>();
        foreach (var table in document.Tables("processes"))
        {
            var process = Process(table);
            if (processes.Any(other => other.Type == process.Type))
            {
                throw new TomlException(table.Line, $"process type '{process.Type}' is declared twice");
            }

            processes.Add(process);
        }

        return new LaunchMetadata(processes, labels);
    }

    private static LaunchProcess Process(TomlTable table)
    {
        var type = table.Required("type");
        if (!TypeText().IsMatch(type)) throw new TomlException(table.Line, $"'{type}' is not a process type");
        // One string is the form before API 0.9, which many buildpacks still write; as a list of one it means the same.
        var command = table["command"] is TomlString single ? [single.Value] : table.Strings("command") ?? [];
        if (command.Count == 0 || command[0].Length == 0) throw new TomlException(table.Line, $"process '{type}' has no command");
        return new LaunchProcess(
            type, [.. command, .. table.Strings("args") ?? []], table.Boolean("default") ?? false, table.Text("working-dir"));
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,63}\z")]
    private static partial Regex TypeText();
}
