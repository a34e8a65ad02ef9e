using Paas.Linux;
using Paas.Runtime.Checkpoints;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;
using Paas.Runtime.Terminals;

namespace Paas.Runtime.Verbs;

/// <summary><c>restore</c>: makes a container whose processes go on where <c>checkpoint</c> has left them.</summary>
internal static class RestoreVerb
{
    public static int Run(GlobalOptions global, string[] arguments)
    {
        var options = new CheckpointOptions();
        var create = CreateOptions.ParseRestore(arguments, options);
        var spec = create.ToSpec(global);
        ConfigRules.Check(spec.Config);
        CheckpointOptions.Check();
        var ties = HostTies.Load(options.ImagePath);
        using var terminal = ProcessTerminal.Choose(spec.Config.Process!, create.Detach, create.ConsoleSocket);
        spec = spec with { Terminal = terminal.Target };
        using var container = ContainerFactory.Restore(spec, (directory, group) => new CheckpointRestore(spec, options, ties, directory, group).Run());
        try
        {
            if (!create.Detach) SignalForwarding.Start(container.Process);
            terminal.Attach();
            create.Announce(container.Pid, container.Process);
            if (create.Detach) return 0;
        }
        catch
        {
            container.DeleteWithHooks(spec.Config);
            throw;
        }

        terminal.Relay(container.Process);
        var code = container.WaitForExit().ShellCode;
        container.DeleteWithHooks(spec.Config);
        return code;
    }
}
