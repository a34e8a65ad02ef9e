using System.Text;
using System.Text.Json;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary><c>list</c>: all containers below the root.</summary>
internal static class ListVerb
{
    public static int Run(GlobalOptions global, IReadOnlyList<string> arguments)
    {
        var reader = new OptionReader(arguments);
        var (json, quiet) = (false, false);
        while (reader.NextOption() is { } option)
        {
            switch (option)
            {
                case "--format" or "-f":
                    json = PsVerb.IsJson(reader.Value());
                    break;
                case "--quiet" or "-q":
                    quiet = true;
                    break;
                default:
                    throw reader.Unknown();
            }
        }

        var states = StateDirectory.List(global.Root).Select(id => KnownContainer.Find(global.Root, id)?.ToState()).OfType<ContainerState>().ToList();
        StandardOutput.Write(quiet ? string.Concat(states.Select(state => state.Id + "\n")) : json ? Json(states) : Table(states));
        return 0;
    }

    private static string Json(IReadOnlyList<ContainerState> states) =>
        JsonSerializer.Serialize(states, OciRuntimeJsonContext.Default.IReadOnlyListContainerState) + "\n";

    private static string Table(IReadOnlyList<ContainerState> states)
    {
        string[] header = ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"];
        string[][] rows =
        [
            header,
            .. states.Select(state => (string[])
                [state.Id, $"{state.Pid}", state.Status, state.Bundle, $"{state.Created:yyyy-MM-ddTHH:mm:ss.fffffffZ}", state.Owner ?? ""]),
        ];
        var widths = header.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var line = string.Concat(row.Select((cell, column) => cell.PadRight(widths[column] + 3)));
            text.Append(line.TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
