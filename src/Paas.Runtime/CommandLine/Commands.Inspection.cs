namespace Paas.Runtime.CommandLine;

/// <summary>Verbs that only tell.</summary>
internal static partial class Commands
{
    public static Command State => new("state", "print the state of a container as JSON", ContainerId);

    public static Command List => new("list", "list the containers below the root directory", "",
        Format, Option.Flag("quiet,q", "print ids only"))
    {
        Count = (0, 0),
    };

    public static Command Ps => new("ps", "list the processes of a container", "<container-id> [ps options]", Format)
    {
        OptionsComeFirst = true,
        Count = (1, int.MaxValue),
        Description = "The table is what ps(1) prints with these options (-ef when there are none) of the container's processes.",
    };

    public static Command Events => new("events", "print resource usage and out-of-memory events of a container", ContainerId,
        Option.Duration("interval", "time between two lines of usage") with { Default = "5s" },
        Option.Flag("stats", "print the usage once"));

    public static Command Spec => new("spec", "write a config.json to start from", "",
        Option.Text("bundle,b", "directory to write it to (default: the current directory)"),
        Option.Flag("rootless", "write one for a user who is not root"))
    {
        Count = (0, 0),
        Description = """
            The file describes a shell in a read-only root filesystem, rootfs. To run another
            program, change process.args.
            """,
    };

    public static Command Features => new("features", "print what this runtime can do as JSON", "")
    {
        Count = (0, 0),
        Description = "The form is that of runtime-spec's features.md.",
    };
}
