namespace Paas.Runtime.CommandLine;

/// <summary>What stands before the verb.</summary>
/// <param name="Root">State directory.</param>
/// <param name="Log">File that errors are appended to, or null.</param>
/// <param name="JsonLog">Whether that file holds JSON lines.</param>
internal sealed record GlobalOptions(string Root, string? Log, bool JsonLog)
{
    public const string DefaultRoot = "/run/paas/runtime";

    /// <summary>The whole command line, to execute the program anew with.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>Reads up to the verb.</summary>
    public static (GlobalOptions Options, string? Verb, IReadOnlyList<string> Arguments) Parse(IReadOnlyList<string> arguments)
    {
        var reader = new OptionReader(arguments);
        var options = new GlobalOptions(DefaultRoot, null, false) { CommandLine = arguments };
        while (reader.NextOption() is { } option)
        {
            options = option switch
            {
                "--root" => options with { Root = reader.Value() },
                "--log" => options with { Log = reader.Value() },
                "--log-format" => options with { JsonLog = Format(reader.Value()) },
                "--debug" => options with { },
                // We always work on the group's files; systemd leaves groups below a delegated one alone.
                "--systemd-cgroup" => options with { },
                "--rootless" => Ignore(reader, options),
                "--version" or "-v" => throw new VersionRequested(),
                "--help" or "-h" => throw new HelpRequested(),
                _ => throw reader.Unknown(),
            };
        }

        var rest = reader.Rest();
        return (options, rest.Count > 0 ? rest[0] : null, [.. rest.Skip(1)]);
    }

    private static GlobalOptions Ignore(OptionReader reader, GlobalOptions options)
    {
        reader.Value();
        return options;
    }

    private static bool Format(string format) => format switch
    {
        "json" => true,
        "text" => false,
        _ => throw new UsageException($"invalid log-format {format}: text or json"),
    };
}

/// <summary><c>--version</c> was given.</summary>
internal sealed class VersionRequested : Exception;

/// <summary><c>--help</c> was given.</summary>
internal sealed class HelpRequested : Exception;
