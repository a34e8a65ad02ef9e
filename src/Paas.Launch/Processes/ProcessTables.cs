using Paas.Launch.Toml;

namespace Paas.Launch.Processes;

/// <summary>The <c>[[processes]]</c> of <c>launch.toml</c> and <c>metadata.toml</c>, which are alike.</summary>
internal static class ProcessTables
{
    /// <exception cref="TomlException">One of them is no process, or there are two of a type.</exception>
    internal static IReadOnlyList<LaunchProcess> Read(TomlTable document, bool direct)
    {
        var processes = new List<LaunchProcess>();
        foreach (var table in document.Tables("processes"))
        {
            if (!ExecutionEnvironment.Includes(table)) continue;
            var process = Process(table, direct);
            if (processes.Any(other => other.Type == process.Type))
            {
                throw new TomlException(table.Line, $"process type '{process.Type}' is declared twice");
            }

            processes.Add(process);
        }

        return processes;
    }

    private static LaunchProcess Process(TomlTable table, bool direct)
    {
        var type = table.Required("type");
        if (!LaunchProcess.IsType(type)) throw new TomlException(table.Line, $"'{type}' is not a process type");
        // One string is the form before API 0.9, which many buildpacks still write; as a list of one it means the same.
        var command = table["command"] is TomlString single ? [single.Value] : table.Strings("command") ?? [];
        if (command.Count == 0 || command[0].Length == 0) throw new TomlException(table.Line, $"process '{type}' has no command");
        return new LaunchProcess(type, command, table.Strings("args") ?? [])
        {
            Direct = table.Boolean("direct") ?? direct,
            Default = table.Boolean("default") ?? false,
            WorkingDirectory = table.Text("working-dir"),
        };
    }
}
