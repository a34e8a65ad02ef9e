using Paas.Runtime.CommandLine;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary><c>ps</c>: the processes of a container, by their pids on the host.</summary>
internal static class PsVerb
{
    public static int Run(GlobalOptions global, IReadOnlyList<string> arguments)
    {
        var reader = new OptionReader(Commands.Ps, arguments);
        var json = false;
        while (reader.NextOption() is { } option)
        {
            json = option is "--format" ? OutputFormat.IsJson(reader.Value()) : throw reader.Unknown();
        }

        var pids = KnownContainer.Load(global.Root, reader.OnlyId()).Group.Processes().Order();
        StandardOutput.Write(json ? $"[{string.Join(',', pids)}]\n" : "PID     CMD\n" + string.Concat(pids.Select(pid => $"{pid,-7} {Command(pid)}\n")));
        return 0;
    }

    private static string Command(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').TrimEnd();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
