using System.Text.RegularExpressions;

namespace Paas.Build.Procfiles;

/// <summary>
/// The processes an app declares. Heroku's grammar: one <c>type: command</c> per line; empty lines and lines that begin with
/// <c>#</c> or <c>//</c> say nothing.
/// </summary>
public sealed partial class Procfile
{
    /// <summary>The file's name, in the root of the source.</summary>
    public const string FileName = "Procfile";

    private Procfile(OrderedDictionary<string, string> processes) => Processes = processes;

    /// <summary>Process type → command as a shell reads it, in the order of the file; at least one.</summary>
    public IReadOnlyDictionary<string, string> Processes { get; }

    /// <summary>Reads a Procfile.</summary>
    /// <exception cref="ProcfileException">The first line that is wrong, and why.</exception>
    public static Procfile Parse(string text)
    {
        var processes = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        var seenAt = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line.StartsWith('#') || line.StartsWith("//", StringComparison.Ordinal)) continue;
            var (type, command) = ParseLine(line, number);
            if (!seenAt.TryAdd(type, number))
            {
                throw new ProcfileException(number, $"process type '{type}' is declared twice, first on line {seenAt[type]}");
            }

            processes.Add(type, command);
        }

        return processes.Count > 0 ? new Procfile(processes) : throw new ProcfileException(1, "declares no process");
    }

    /// <summary>Whether a text can be the name of a process type.</summary>
    internal static bool IsProcessType(string text) => ProcessType().IsMatch(text);

    private static (string Type, string Command) ParseLine(string line, int number)
    {
        if (MergeMarker().IsMatch(line))
        {
            throw new ProcfileException(number, $"'{Shorten(line)}' is a merge conflict marker; resolve the conflict and commit");
        }

        if (line.Where(c => char.IsControl(c) && c != '\t').ToList() is [var control, ..])
        {
            throw new ProcfileException(number, $"control character U+{(int)control:X4}");
        }

        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) throw new ProcfileException(number, $"'{Shorten(line)}' is not of the form 'type: command'");
        var type = line[..colon].TrimEnd();
        if (!IsProcessType(type))
        {
            throw new ProcfileException(
                number, $"'{Shorten(type)}' is not a process type: 1 to 63 letters, digits, dashes and underscores");
        }

        var command = line[(colon + 1)..].Trim();
        return command.Length > 0 ? (type, command) : throw new ProcfileException(number, $"process type '{type}' has no command");
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..39] + "…";

    [GeneratedRegex(@"^(<{7}|={7}|>{7}|\|{7})(\s|\z)")]
    private static partial Regex MergeMarker();

    [GeneratedRegex(@"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62})\z")]
    private static partial Regex ProcessType();
}
