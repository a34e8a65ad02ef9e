namespace Paas.Runtime.CommandLine;

/// <summary>Verbs that make, change and end containers and their processes.</summary>
internal static partial class Commands
{
    public static Command Create => new("create", "create a container", ContainerId,
        Bundle, Config, ConsoleSocket, PidfdSocket, PidFile, NoPivot, NoNewKeyring, PreserveDescriptors, Sandbox)
    {
        Description = """
            Makes the container a bundle describes. Its process waits for "start" before it
            executes the bundle's program. The id must be unique below the root directory.
            """,
    };

    public static Command Run => new("run", "create and run a container", ContainerId,
        Bundle, Config, ConsoleSocket, PidfdSocket, Detach, Option.Flag("keep", "keep the container after its end"), PidFile, NoSubreaper, NoPivot,
        NoNewKeyring, PreserveDescriptors, Sandbox)
    {
        Description = """
            Makes the container a bundle describes and starts its process; without --detach
            it waits for the end, passes signals on, removes the container, and exits with
            the process's exit code.
            """,
    };

    public static Command Start => new("start", "execute the program of a created container", ContainerId);

    public static Command Exec => new("exec", "execute a further process inside a container",
        "<container-id> <command> [command options]  || -p process.json <container-id>",
        ConsoleSocket, PidfdSocket,
        Option.Text("cwd", "working directory in the container"),
        Option.Text("env,e", "set an environment variable, NAME=VALUE; may be repeated"),
        Option.Flag("tty,t", "give the process a terminal"),
        Option.Text("user,u", "user to run as: <uid>[:<gid>]"),
        Option.Number("additional-gids,g", "a further group; may be repeated"),
        Option.Text("process,p", "file that describes the process, instead of a command"),
        Detach, PidFile,
        Option.Text("process-label", "SELinux label of the process"),
        Option.Text("apparmor", "AppArmor profile of the process"),
        Option.Flag("no-new-privs", "let the process gain no privileges by what it executes"),
        Option.Text("cap,c", "a capability the process has in addition; may be repeated"),
        PreserveDescriptors,
        Option.Text("cgroup", "group below the container's to run in: [<controller>:]<cgroup>; may be repeated"),
        Option.Flag("ignore-paused", "go on although the container is paused"))
    {
        OptionsComeFirst = true,
        Count = (1, int.MaxValue),
    };

    public static Command Kill => new("kill", "send a signal to a container's first process", "<container-id> [signal]",
        Option.Flag("all,a", "signal all processes, and do not mind a stopped container"))
    {
        Count = (1, 2),
        Description = """
            The signal is a name, with or without SIG, or a number; TERM when there is none.
            A container without a pid namespace of its own has all its processes killed
            by KILL, since its first process would leave the others behind.
            """,
    };

    public static Command Delete => new("delete", "remove what is left of a container", ContainerId,
        Option.Flag("force,f", "kill the container first if it runs; no error if there is none"),
        Option.Flag("regex", "delete all whose ids match: the operand is an extended regular expression"));

    public static Command Pause => new("pause", "suspend all processes of a container", ContainerId);

    public static Command Resume => new("resume", "let the processes of a paused container go on", ContainerId);

    public static Command Update => new("update", "change a container's resource limits", ContainerId,
        Option.Text("resources,r", "file with the limits to change as config.json's linux.resources has them, or - for standard input"),
        Option.Number("blkio-weight", "weight of its input and output, 10 to 1000") with { Default = "0" },
        Option.Text("cpu-period", "period of its processor time's limit, in microseconds"),
        Option.Text("cpu-quota", "processor time in each period, in microseconds"),
        Option.Text("cpu-burst", "unused processor time it may catch up on, in microseconds"),
        Option.Text("cpu-share", "weight of its processor time"),
        Option.Text("cpu-rt-period", "period of its realtime limit, in microseconds"),
        Option.Text("cpu-rt-runtime", "realtime in each period, in microseconds"),
        Option.Text("cpuset-cpus", "processors it may use"),
        Option.Text("cpuset-mems", "memory nodes it may use"),
        Option.Text("kernel-memory", "ignored: the kernel has no such limit any more") with { Hidden = true },
        Option.Text("kernel-memory-tcp", "ignored: the kernel has no such limit any more") with { Hidden = true },
        Option.Text("memory", "limit of its memory, in bytes"),
        Option.Text("cpu-idle", "1 gives it only what nobody else wants, 0 ends that"),
        Option.Text("memory-reservation", "memory it is left with when memory is short, in bytes"),
        Option.Text("memory-swap", "limit of memory and swap together, in bytes; -1 for none"),
        Option.Number("pids-limit", "how many processes and threads it may have") with { Default = "0" },
        Option.Text("l3-cache-schema", "Intel RDT schema of the L3 cache"),
        Option.Text("mem-bw-schema", "Intel RDT schema of the memory bandwidth"));

    public static Command Supervise => new("supervise", "keep a container running", "",
        Option.Text("bundle,b", "directory of the bundle, with its supervise.json"),
        Option.Flag("detach", "return as soon as the supervisor runs"),
        Option.Flag("report", "tell the starter at descriptor 3") with { Hidden = true })
    {
        Count = (0, 0),
        Description = "Starts a container, restarts it when it ends, and writes its logs, as supervise.json in the bundle says.",
    };
}
