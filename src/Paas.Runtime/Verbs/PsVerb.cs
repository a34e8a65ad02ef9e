using System.Globalization;
using Paas.Linux;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary>
/// <c>ps</c>: the processes of a container, by their pids on the host: as JSON those alone, as a table what ps(1) says of them, whose
/// options may follow the id.
/// </summary>
internal static class PsVerb
{
    public static int Run(GlobalOptions global, string[] arguments)
    {
        var reader = new OptionReader(Commands.Ps, arguments);
        var json = false;
        while (reader.NextOption() is { } option)
        {
            json = option is "--format" ? OutputFormat.IsJson(reader.Value()) : throw reader.Unknown();
        }

        var rest = reader.Rest();
        var pids = KnownContainer.Load(global.Root, rest[0]).Group.Processes();
        StandardOutput.Write(json ? $"[{string.Join(',', pids.Order())}]\n" : Table([.. pids], rest[1..]));
        return 0;
    }

    private static string Table(HashSet<int> pids, string[] options)
    {
        var (exitCode, output) = HostProgram.Run("ps", options.Length > 0 ? options : ["-ef"]);
        if (exitCode != 0) throw new RuntimeException($"exit status {exitCode}: {output}");
        return Filter(output, pids);
    }

    /// <summary>The heading, and the lines whose column PID holds one of these.</summary>
    internal static string Filter(string output, IReadOnlySet<int> pids)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var column = lines.Length == 0 ? -1 : Array.IndexOf(Words(lines[0]), "PID");
        if (column < 0) throw new RuntimeException("couldn't find PID field in ps output");
        return lines[0] + "\n" + string.Concat(lines.Skip(1).Where(IsOfContainer).Select(line => line + "\n"));

        bool IsOfContainer(string line) =>
            Words(line) is var words && words.Length > column && int.TryParse(words[column], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                ? pids.Contains(pid)
                : throw new RuntimeException($"unable to parse pid: {line}");
    }

    private static string[] Words(string line) => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
