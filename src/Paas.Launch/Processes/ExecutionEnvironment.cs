using Paas.Launch.Toml;

namespace Paas.Launch.Processes;

/// <summary>What an image is built for (buildpack spec 0.12, "Execution environments"): here always to be run, never to test.</summary>
public static class ExecutionEnvironment
{
    /// <summary>Ours, as <c>CNB_EXEC_ENV</c> has it.</summary>
    public const string Name = "production";

    /// <summary>Whether what a table describes is for ours: it names it, or all, or none.</summary>
    /// <exception cref="TomlException">Its <c>exec-env</c> is no list of names.</exception>
    public static bool Includes(TomlTable table) =>
        table.Strings("exec-env") is not { Count: > 0 } names || names.Any(name => name is "*" or Name);
}
