namespace Paas.Runtime.CommandLine;

/// <summary>Who keeps the control groups of containers (crun's <c>--cgroup-manager</c>, runc's <c>--systemd-cgroup</c>).</summary>
public enum CgroupManager
{
    /// <summary>This program, in the cgroup filesystem.</summary>
    Files,

    /// <summary>systemd, as scopes it is asked for.</summary>
    Systemd,

    /// <summary>Nobody: processes stay in the caller's group.</summary>
    Disabled,
}

/// <summary>What stands before the verb.</summary>
/// <param name="Root">State directory.</param>
/// <param name="Log">File that errors are appended to, or null.</param>
/// <param name="JsonLog">Whether that file holds JSON lines.</param>
internal sealed record GlobalOptions(string Root, string? Log, bool JsonLog)
{
    public static string DefaultRoot { get; } = FindDefaultRoot();

    /// <summary>The whole command line, to execute the program anew with.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>Whether what is done is logged, and not only what fails.</summary>
    public bool Debug { get; init; }

    public CgroupManager CgroupManager { get; init; }

    /// <summary>Whether systemd makes the control groups.</summary>
    public bool SystemdCgroup => CgroupManager == CgroupManager.Systemd;

    /// <summary>Whether control groups that may not be made or changed are done without; null: when the caller is not root.</summary>
    public bool? Rootless { get; init; }

    /// <summary>Reads up to the verb.</summary>
    public static (GlobalOptions Options, string? Verb, string[] Arguments) Parse(string[] arguments)
    {
        var reader = new OptionReader(Commands.Program, arguments);
        var options = new GlobalOptions(DefaultRoot, null, false) { CommandLine = arguments };
        while (reader.NextOption() is { } option)
        {
            options = option switch
            {
                "--root" => options with { Root = CheckRoot(reader.Value()) },
                "--log" => options with { Log = LogFile(reader.Value()) },
                "--log-format" => options with { JsonLog = Format(reader.Value()) },
                "--debug" => options with { Debug = true },
                "--systemd-cgroup" => options with { CgroupManager = CgroupManager.Systemd },
                "--cgroup-manager" => options with { CgroupManager = Manager(reader.Value()) },
                "--rootless" => options with { Rootless = BooleanOrAuto(reader.Value()) },
                "--criu" => options with { },
                "--version" => throw new VersionRequested(),
                _ => throw reader.Unknown(),
            };
        }

        var rest = reader.Rest();
        return (options, rest.Length > 0 ? rest[0] : null, rest.Length > 0 ? rest[1..] : []);
    }

    // crun's "file:PATH" is runc's PATH; its other places would be files of strange names.
    private static string LogFile(string place)
    {
        if (place.StartsWith("file:", StringComparison.Ordinal)) return place["file:".Length..];
        return place.StartsWith("journald:", StringComparison.Ordinal) || place.StartsWith("syslog:", StringComparison.Ordinal)
            ? throw new UsageException($"--log {place}: the log can be a file only: --log PATH or --log file:PATH")
            : place;
    }

    // As runc: a user's own directory when there is one, the system's for root.
    private static string FindDefaultRoot() =>
        !Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } own
            ? Path.Combine(own, "paas/runtime")
            : "/run/paas/runtime";

    private static string CheckRoot(string path)
    {
        var root = Path.GetFullPath(path.Length > 0 ? path : ".");
        return root != "/" ? root : throw new UsageException("Option --root argument should not be set to /");
    }

    private static bool Format(string format) => format switch
    {
        "json" => true,
        "text" or "" => false,
        _ => throw new UsageException($"invalid log-format: {format}"),
    };

    private static CgroupManager Manager(string name) => name switch
    {
        "cgroupfs" => CgroupManager.Files,
        "systemd" => CgroupManager.Systemd,
        "disabled" => CgroupManager.Disabled,
        _ => throw new UsageException($"unknown cgroup manager {name}: cgroupfs, systemd or disabled"),
    };

    private static bool? BooleanOrAuto(string text)
    {
        if (text.Length == 0 || text.Equals("auto", StringComparison.OrdinalIgnoreCase)) return null;
        return OptionReader.TryParseBoolean(text, out var value) ? value : throw new UsageException($"invalid --rootless {text}: true, false or auto");
    }
}

/// <summary><c>--version</c> was given.</summary>
internal sealed class VersionRequested : Exception;
