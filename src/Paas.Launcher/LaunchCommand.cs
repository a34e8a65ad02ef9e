using Paas.Launch.Processes;

namespace Paas.Launcher;

/// <summary>What is to run.</summary>
/// <param name="Program">Program and arguments, or where not direct a line for a shell and its arguments.</param>
/// <param name="Direct">False for a line.</param>
/// <param name="Type">Process type, for what layers have for one type only; null for a command of the caller.</param>
/// <param name="WorkingDirectory">Null for the app's.</param>
internal sealed record LaunchCommand(IReadOnlyList<string> Program, bool Direct, string? Type, string? WorkingDirectory)
{
    /// <exception cref="LaunchException">There is no such process type, or nothing to run.</exception>
    internal static LaunchCommand Of(string self, string[] arguments, LaunchPlan plan)
    {
        var name = Path.GetFileName(self);
        var type = Environment.GetEnvironmentVariable("CNB_PROCESS_TYPE") is { Length: > 0 } wanted ? wanted
            : name is "launcher" or "paas-launcher" ? null : name;
        if (type is not null) return OfProcess(type, arguments, plan);
        return arguments switch
        {
            ["--", _, ..] => new LaunchCommand(arguments[1..], true, null, null),
            ["--"] or [] => throw new LaunchException($"there is nothing to run; this image has the process types {Types(plan)}"),
            _ => new LaunchCommand(arguments, false, null, null),
        };
    }

    /// <summary>The words to execute; a shell is in front where it is needed.</summary>
    /// <param name="scripts">Sourced before, in this order.</param>
    internal IReadOnlyList<string> Words(IReadOnlyList<string> scripts)
    {
        if (Direct && scripts.Count == 0) return Program;
        var source = string.Concat(scripts.Select(script => $". {ShellText.Quote(script)}\n"));
        if (Direct) return [Execution.Shell, "-c", source + "exec \"$@\"", "launcher", .. Program];
        // Arguments of a line follow its words, whatever they hold.
        var line = Program.Count == 1 ? Program[0] : $"{Program[0]} \"$@\"";
        IReadOnlyList<string> run = [Execution.Shell, "-c", line, "launcher", .. Program.Skip(1)];
        return scripts.Count == 0 ? run : [Execution.Shell, "-c", source + "exec \"$@\"", "launcher", .. run];
    }

    private static LaunchCommand OfProcess(string type, string[] arguments, LaunchPlan plan)
    {
        var process = plan.Processes.FirstOrDefault(process => process.Type == type)
            ?? throw new LaunchException($"there is no process type {type}; this image has {Types(plan)}");
        return new LaunchCommand(
            [.. process.Command, .. arguments.Length > 0 ? arguments : process.Arguments], process.Direct, type, process.WorkingDirectory);
    }

    private static string Types(LaunchPlan plan) => string.Join(", ", plan.Processes.Select(process => process.Type));
}
