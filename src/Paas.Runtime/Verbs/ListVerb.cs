using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary><c>list</c>: all containers below the root.</summary>
internal static class ListVerb
{
    public static int Run(GlobalOptions global, string[] arguments)
    {
        var reader = new OptionReader(Commands.List, arguments);
        var (format, quiet) = ("table", false);
        while (reader.NextOption() is { } option)
        {
            switch (option)
            {
                case "--format":
                    format = reader.Value();
                    break;
                case "--quiet":
                    quiet = true;
                    break;
                default:
                    throw reader.Unknown();
            }
        }

        reader.Rest();
        var states = States(global.Root);
        StandardOutput.Write(quiet ? string.Concat(states.Select(state => state.Id + "\n")) : OutputFormat.IsJson(format) ? Json(states) : Table(states));
        return 0;
    }

    private static List<ContainerState> States(string root)
    {
        var owners = new OwnerNames();
        var states = new List<ContainerState>();
        foreach (var id in StateDirectory.List(root))
        {
            try
            {
                if (KnownContainer.Find(root, id) is { } container) states.Add(container.ToState() with { Owner = owners.Of(container.Directory.Path) });
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or IOException)
            {
                // One that cannot be read, or is just being deleted, does not hide the others.
                StandardOutput.WriteError($"load container {id}: {e.Message}\n");
            }
        }

        return states;
    }

    private static string Json(List<ContainerState> states)
    {
        // What Go makes of a list that was never begun.
        if (states.Count == 0) return "null\n";
        return JsonText.Of(JsonText.Plain, json =>
        {
            json.WriteStartArray();
            foreach (var state in states) ContainerStateJson.Write(json, state);
            json.WriteEndArray();
        }) + "\n";
    }

    private static string Table(List<ContainerState> states) => TextTable.Of(
    [
        ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"],
        .. states.Select(state => (string[])[state.Id, $"{state.Pid}", state.Status, state.Bundle, ContainerStateJson.Time(state.Created), state.Owner ?? ""]),
    ]);
}
