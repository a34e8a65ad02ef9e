using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Linux.Spawning;
using Paas.Oci.Runtime;
using Paas.Runtime.State;
using static Paas.Linux.Native;

namespace Paas.Runtime.Hooks;

/// <summary>Hooks that run in the runtime's own namespaces: prestart, createRuntime, poststart, poststop (config.md, POSIX-platform Hooks).</summary>
internal static class HostHooks
{
    /// <summary>Runs hooks of one kind, one after the other.</summary>
    /// <param name="kind">The member of <c>hooks</c>.</param>
    /// <param name="hooks">From the bundle, or null.</param>
    /// <param name="record">The container.</param>
    /// <param name="status">What it is at that moment.</param>
    /// <param name="pid">Its first process, or 0.</param>
    /// <exception cref="RuntimeException">The first that fails, with what it printed.</exception>
    public static void Run(string kind, IReadOnlyList<HookConfig>? hooks, ContainerRecord record, ContainerStatus status, int pid)
    {
        if (hooks is null or []) return;
        var state = HookState.Write(record, status, pid);
        for (var i = 0; i < hooks.Count; i++)
        {
            using var output = HookOutput.Open(record.Annotations);
            Run(HookProcess.Name(kind, i), hooks[i], state, record.Bundle, output);
        }
    }

    private static void Run(string name, HookConfig hook, byte[] state, string bundle, HookOutput output)
    {
        using var input = HookProcess.OpenFile(state);
        var status = new Pipe();
        var program = new LaunchProgram();
        program.Add(name, null, SYS_setsid);
        program.Add(name, bundle, SYS_chdir, program.Text(bundle));
        HookProcess.Add(program, name, hook, input.DangerousGetHandle(), output, status.WriteEnd, hook.Env ?? Spawn.Environment());
        using var child = Launcher.Launch(program, status, 0);
        try
        {
            child.WaitForExec();
        }
        catch
        {
            child.Abandon();
            throw;
        }

        if (!Processes.WaitForEnd(child.Handle, hook.Timeout is > 0 and { } seconds ? seconds * 1000 : -1))
        {
            child.Abandon();
            throw new RuntimeException($"{name}: {hook.Path} ran past its timeout of {hook.Timeout} s");
        }

        var end = Processes.Reap(child.Handle)!.Value;
        if (end.ExitCode == 0) return;
        var how = end.ExitCode is { } code ? $"exit status {code}" : $"signal: {Signals.Describe(end.Signal ?? 0)}";
        throw new RuntimeException($"{name}: {how}, output: {output.Printed}");
    }
}
