namespace Paas.Runtime.CommandLine;

/// <summary>Verbs that write containers to disk and make them of it again.</summary>
internal static partial class Commands
{
    // What criu is told alike on either side.
    private static Option[] CriuOptions =>
    [
        Option.Text("image-path", "directory of the images (default: ./checkpoint)"),
        Option.Text("work-path", "directory of criu's log and working files (default: that of the images)"),
        Option.Flag("tcp-established", "allow established TCP connections"),
        Option.Flag("ext-unix-sk", "allow connections to Unix sockets outside the container"),
        Option.Flag("shell-job", "allow a session whose leader is outside the container"),
        Option.Flag("file-locks", "allow locks of files"),
        Option.Flag("link-remap", "allow open files whose names are gone"),
        Option.Flag("auto-dedup", "drop pages from older images once they are in newer ones"),
        Option.Text("manage-cgroups-mode", "what criu does about control groups: soft, full, strict or ignore") with { Default = "soft" },
        Option.Text("empty-ns", "namespace to leave empty: network"),
        Option.Flag("lazy-pages", "leave memory behind until it is used: a checkpoint serves it, a restore asks criu's lazy-pages for it"),
    ];

    public static Command Checkpoint => new("checkpoint", "write a running container to disk", ContainerId,
    [
        .. CriuOptions,
        Option.Flag("leave-running", "let the container run on"),
        Option.Flag("pre-dump", "only write its memory, ahead of a checkpoint, and let it run on"),
        Option.Text("parent-path", "images of an earlier --pre-dump, relative to the image directory; only what has changed is written"),
        Option.Text("page-server", "ADDRESS:PORT of the server that takes the memory; with --lazy-pages, where it is served"),
        Option.Text("status-fd", "descriptor that is told, by a byte 0, when the memory can be asked for"),
    ])
    {
        Description = """
            Saves the processes of a container with criu, which must be installed, and removes
            the container unless it is to run on. "restore" lets them go on.
            """,
    };

    public static Command Restore => new("restore", "restore a container from a checkpoint", ContainerId,
    [
        .. CriuOptions,
        Bundle, Config, ConsoleSocket, Detach, PidFile, NoSubreaper, NoPivot,
        Option.Text("lsm-profile", "not supported") with { Hidden = true },
    ])
    {
        Description = """
            Makes a container of the bundle whose processes go on where "checkpoint" left
            them. Without --detach it waits for their end, as "run" does.
            """,
    };
}
