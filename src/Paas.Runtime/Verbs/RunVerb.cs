using Paas.Linux;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;
using Paas.Runtime.Hooks;
using Paas.Runtime.Rootless;
using Paas.Runtime.State;
using Paas.Runtime.Terminals;

namespace Paas.Runtime.Verbs;

/// <summary>
/// <c>run</c>: creates and starts a container; attached it waits for the process, passes signals on to it, ends with its exit code
/// and removes the container.
/// </summary>
internal static class RunVerb
{
    public static int Run(GlobalOptions global, string[] arguments)
    {
        var options = CreateOptions.Parse(arguments, isRun: true);
        var spec = NotifySocket.GiveTo(options.ToSpec(global)) with { DieWithParent = !options.Detach, TellsOnStandardError = options.SandboxFile is null };
        ConfigRules.Check(spec.Config);
        if (UnprivilegedCaller.Create(global, spec.Config) is { } code) return code;
        HostRoot.Protect(global, spec.Config);
        using var terminal = ProcessTerminal.Choose(spec.Config.Process!, options.Detach, options.ConsoleSocket, platform: options.SandboxFile is not null);
        using var container = ContainerFactory.Create(spec with { Terminal = terminal.Target });
        var delete = !options.Keep;
        try
        {
            // Whoever has a sandbox attached is the platform: when it is killed, nobody is left to take the container down. Not
            // earlier, since the kernel forgets it when this thread changes its filesystem identity, as mounting the overlay does.
            if (options.SandboxFile is not null && !options.Detach) Linux.Processes.SetParentDeathSignal(Linux.Native.SIGKILL);
            // Before the process can be seen to run, so that no signal meant for it ends this one instead.
            if (!options.Detach) SignalForwarding.Start(container.Process);
            terminal.Attach();
            using var readiness = spec.SaysReady ? NotifySocket.Listen(new StateDirectory(global.Root, spec.Id)) : null;
            container.Start();
            options.Announce(container.Pid, container.Process);
            HostHooks.Run("poststart", spec.Config.Hooks?.Poststart, container.Record, ContainerStatus.Running, container.Pid);
            if (options.Detach)
            {
                readiness?.PassOn(container.Pid, container.Process);
                delete = false;
                return 0;
            }

            readiness?.PassOnMeanwhile(container.Process);

            terminal.Relay(container.Process);
            return container.WaitForExit().ShellCode;
        }
        catch
        {
            delete = true;
            throw;
        }
        finally
        {
            if (delete)
            {
                container.DeleteWithHooks(spec.Config);
            }
        }
    }
}
