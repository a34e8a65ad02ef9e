namespace Paas.Runtime.CommandLine;

/// <summary>
/// The whole command line as a table: what the reader accepts and what the help shows. It is runc's, with crun's
/// <c>--cgroup-manager</c> and <c>--config</c> and our own <c>--sandbox</c> and <c>supervise</c>.
/// </summary>
internal static partial class Commands
{
    private const string ContainerId = "<container-id>";

    private static readonly Func<Command>[] Verbs =
    [
        () => Checkpoint, () => Create, () => Delete, () => Events, () => Exec, () => Features, () => Kill, () => List, () => Pause, () => Ps,
        () => Restore, () => Resume, () => Run, () => Spec, () => Start, () => State, () => Supervise, () => Update,
    ];

    /// <summary>All verbs, in the order of the help.</summary>
    public static IEnumerable<Command> All => Verbs.Select(make => make());

    /// <summary>The program itself: what stands before the verb.</summary>
    public static Command Program => new("", "Open Container Initiative runtime", "command [command options] [arguments...]",
        Option.Flag("debug", "log what is done, not only what fails"),
        Option.Text("log", "append log lines to this file instead of standard error"),
        Option.Text("log-format", "form of the log lines: text or json") with { Default = "text" },
        Option.Text("root", "directory of the containers' state; it should not outlive a reboot") with { Default = GlobalOptions.DefaultRoot },
        Option.Text("criu", "ignored: criu is looked for in $PATH") with { Hidden = true },
        Option.Flag("systemd-cgroup", "let systemd make the control groups; cgroupsPath is then of the form \"slice:prefix:name\""),
        Option.Text("cgroup-manager", "who makes the control groups: cgroupfs, systemd or disabled") with { Default = "cgroupfs" },
        Option.Text("rootless", "do without control groups that may not be made or changed: true, false or auto") with { Default = "auto" },
        Option.Flag("version,v", "print the version"))
    {
        OptionsComeFirst = true,
        Count = (0, int.MaxValue),
        Description = """
            Runs containers from bundles: directories that hold a root filesystem and a
            config.json that says how to run it. The command line is runc's, argument for
            argument, so that whatever drives runc can drive this program.
            """,
    };

    /// <summary>A verb by its name; null when there is none.</summary>
    public static Command? Find(string name) => All.FirstOrDefault(command => command.Name == name);

    // What is true of every verb that asks for a new container's process.
    private static readonly Option Bundle = Option.Text("bundle,b", "directory of the bundle (default: the current directory)");
    private static readonly Option Config = Option.Text("config,f", "file to read instead of the bundle's config.json");
    private static readonly Option ConsoleSocket = Option.Text("console-socket", "unix socket that is sent the terminal's master end");
    private static readonly Option PidfdSocket = Option.Text("pidfd-socket", "unix socket that is sent a pidfd of the process");
    private static readonly Option PidFile = Option.Text("pid-file", "file to write the process's pid to");
    private static readonly Option NoPivot = Option.Flag("no-pivot", "change the root without pivot_root, for a root on a ramdisk");
    private static readonly Option NoNewKeyring = Option.Flag("no-new-keyring", "keep the caller's session keyring");
    private static readonly Option PreserveDescriptors = Option.Number("preserve-fds", "how many descriptors from 3 on the process keeps") with { Default = "0" };
    private static readonly Option Sandbox = Option.Text("sandbox", "file that describes an overlay root and a network to use");
    private static readonly Option NoSubreaper = Option.Flag("no-subreaper", "leave orphans to the system's first process");
    private static readonly Option Detach = Option.Flag("detach,d", "return as soon as the process runs");
    private static readonly Option Format = Option.Text("format,f", "form of the output: table or json") with { Default = "table" };
}
