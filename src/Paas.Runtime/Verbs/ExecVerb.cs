using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;
using Paas.Runtime.Rootless;
using Paas.Runtime.State;
using Paas.Runtime.Terminals;

namespace Paas.Runtime.Verbs;

/// <summary><c>exec</c>: runs a further process in a running container; attached it ends with that process's exit code.</summary>
internal static class ExecVerb
{
    /// <summary>Exit code when the process could not be run, told apart from what it could itself return.</summary>
    public const int Failure = 255;

    public static int Run(GlobalOptions global, string[] arguments)
    {
        var options = ExecOptions.Parse(arguments);
        var container = KnownContainer.Load(global.Root, options.Id);
        var status = container.Status();
        if (status == ContainerStatus.Paused && !options.IgnorePaused)
        {
            throw new RuntimeException("cannot exec in a paused container (use --ignore-paused to override)");
        }

        if (!ContainerStatuses.CanExecute(status))
        {
            throw new RuntimeException($"cannot exec in a container that is {ContainerStatuses.Word(status)}: {options.Id}");
        }

        var config = CreateOptions.ReadConfig(container.Directory.ConfigPath);
        if (UnprivilegedCaller.Enter(global, container.Record) is { } code) return code;
        HostRoot.Protect(global, config);
        var process = options.Merge(config.Process ?? CreateOptions.NoProcess);
        using var terminal = ProcessTerminal.Choose(process, options.Detach, options.ConsoleSocket);
        using var child = ExecProcess.Start(new ExecSpec
        {
            Container = container,
            Config = config,
            Process = process,
            Terminal = terminal.Target,
            Detach = options.Detach,
            PreservedDescriptors = InheritedDescriptors.Count(InheritedDescriptors.First, options.PreservedDescriptors),
            Subgroups = options.Subgroups,
        });
        terminal.Attach();
        options.Announce(child.Pid, child.Handle);
        if (options.Detach) return 0;
        terminal.Relay(child.Handle);
        return Linux.Processes.Reap(child.Handle)!.Value.ShellCode;
    }
}
