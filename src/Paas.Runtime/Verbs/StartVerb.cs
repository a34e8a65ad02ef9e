using Paas.Linux;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Hooks;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary><c>start</c>: lets a created container's process execute its program.</summary>
internal static class StartVerb
{
    public static int Run(GlobalOptions global, string[] arguments)
    {
        var reader = new OptionReader(Commands.Start, arguments);
        if (reader.NextOption() is not null) throw reader.Unknown();
        var container = KnownContainer.Load(global.Root, reader.OnlyId());
        using var readiness = NotifySocket.Listen(container.Directory);
        container.Start();
        if (container.Record.HasHooks) CallHooks(container);
        if (readiness is not null && Processes.Open(container.Record.Pid) is { } process)
        {
            using (process) readiness.PassOn(container.Record.Pid, process);
        }

        return 0;
    }

    private static void CallHooks(KnownContainer container)
    {
        try
        {
            var hooks = CreateOptions.ReadConfig(container.Directory.ConfigPath).Hooks?.Poststart;
            HostHooks.Run("poststart", hooks, container.Record, ContainerStatus.Running, container.Record.Pid);
        }
        catch
        {
            // The specification has it stopped then.
            container.KillAll();
            throw;
        }
    }
}
