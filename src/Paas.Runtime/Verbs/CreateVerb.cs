using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;
using Paas.Runtime.Rootless;
using Paas.Runtime.Terminals;

namespace Paas.Runtime.Verbs;

/// <summary><c>create</c>: makes a container whose process waits for <c>start</c>.</summary>
internal static class CreateVerb
{
    public static int Run(GlobalOptions global, string[] arguments)
    {
        var options = CreateOptions.Parse(arguments, isRun: false);
        var spec = NotifySocket.GiveTo(options.ToSpec(global)) with { WaitAtFifo = true, TellsOnStandardError = true };
        if (spec.Config.Process is null) spec = spec with { HasProgram = false, Config = spec.Config with { Process = CreateOptions.NoProcess } };
        ConfigRules.Check(spec.Config, spec.HasProgram);
        if (UnprivilegedCaller.Create(global, spec.Config) is { } code) return code;
        HostRoot.Protect(global, spec.Config);
        using var terminal = ProcessTerminal.Choose(spec.Config.Process!, detach: true, options.ConsoleSocket);
        using var container = ContainerFactory.Create(spec with { Terminal = terminal.Target });
        try
        {
            options.Announce(container.Pid, container.Process);
        }
        catch
        {
            container.DeleteWithHooks(spec.Config);
            throw;
        }

        return 0;
    }
}
