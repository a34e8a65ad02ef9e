namespace Paas.Runtime.CommandLine;

/// <summary>Verbs that need CRIU.</summary>
internal static partial class Commands
{
    private static readonly Option[] Images =
    [
        Option.Text("image-path", "directory of the images") with { Default = "checkpoint" },
        Option.Text("work-path", "directory of CRIU's log and working files (default: the images')"),
    ];

    private static readonly Option[] Common =
    [
        Option.Flag("tcp-established", "take open TCP connections along"),
        Option.Flag("ext-unix-sk", "accept unix sockets connected to the outside"),
        Option.Flag("shell-job", "accept a session leader or a terminal outside the container"),
        Option.Flag("file-locks", "take file locks along"),
        Option.Text("manage-cgroups-mode", "what is done about control groups: soft, full, strict or ignore") with { Default = "soft" },
        Option.Text("empty-ns", "make a namespace, but leave it empty: network; may be repeated"),
        Option.Flag("auto-dedup", "keep each page of memory in one image only"),
        Option.Flag("lazy-pages", "hand over pages of memory when they are needed"),
    ];

    public static Command Checkpoint => new("checkpoint", "save the state of a running container", ContainerId,
        [
            .. Images, Option.Text("parent-path", "directory of the pre-dump's images, relative to the images'"),
            Option.Flag("leave-running", "let the container go on"),
            Option.Flag("tcp-skip-in-flight", "leave out TCP connections that are being opened"),
            Option.Flag("link-remap", "take files along that have no name any more"),
            Option.Flag("pre-dump", "save the memory only, and let the container go on"),
            Option.Number("status-fd", "descriptor that is written a zero byte to when pages can be asked for") with { Default = "-1" },
            Option.Text("page-server", "ADDRESS:PORT of the page server to send the memory to"),
            .. Common,
        ])
    {
        Description = "Saves the container's processes with CRIU, and removes the container unless it is to go on.",
    };

    public static Command Restore => new("restore", "restore a container from a checkpoint", ContainerId,
        [
            .. Images, Bundle, ConsoleSocket, Detach, PidFile, NoSubreaper, NoPivot,
            Option.Text("lsm-profile", "security profile to restore with: TYPE:NAME"),
            Option.Text("lsm-mount-context", "SELinux context of the restored mounts"),
            .. Common,
        ]);
}
