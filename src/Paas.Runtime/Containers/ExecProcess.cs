using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.State;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>A further process in a running container.</summary>
internal static class ExecProcess
{
    /// <summary>Forks it, with all namespaces, control groups and restrictions of the container; returns when its program runs.</summary>
    /// <exception cref="LinuxException">What the kernel refused.</exception>
    public static LaunchedProcess Start(KnownContainer container, RuntimeConfig config, ProcessConfig process, bool detach, int preservedDescriptors)
    {
        ConfigRules.Check(process);
        using var namespaces = NamespacePlan.Of(container.Record.Pid);
        using var limits = new ProcessLimits(process.Rlimits);
        using var go = new Pipe();
        var status = new Pipe();
        var available = namespaces.Has(NamespaceKind.User) ? ulong.MaxValue : Capabilities.Permitted();
        var program = Compile(config, process, namespaces, limits, status, go, available, detach, preservedDescriptors);
        StandardStreams.GiveTo(config with { Process = process }, 0, 1, 2);
        LaunchedProcess child;
        using (var unified = container.Group.OpenUnified())
        using (new ThreadNamespaces(namespaces))
        {
            child = Launcher.Launch(program, status, 0, unified);
        }

        try
        {
            container.Group.Add(child.Pid, unified: false);
            OutOfMemoryScore.Set(child.Pid, process.OomScoreAdj);
            // Before the process can be seen to run, so that no signal meant for it ends this one instead.
            if (!detach) SignalForwarding.Start(child.Handle);
            go.WriteByte();
            child.WaitForExec();
            return child;
        }
        catch
        {
            using (child) child.Abandon();
            throw;
        }
    }

    private static LaunchProgram Compile(
        RuntimeConfig config, ProcessConfig process, NamespacePlan namespaces, ProcessLimits limits, Pipe status, Pipe go,
        ulong available, bool detach, int preservedDescriptors)
    {
        var program = new LaunchProgram();
        var credentials = new CredentialSteps(program);
        var execute = new ExecuteSteps(program);
        var filter = SeccompFilter.From(config.Linux?.Seccomp);
        // Other processes of the container must not be able to look into this one before it is theirs.
        program.Add("prctl PR_SET_DUMPABLE", null, SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
        program.Add("close", null, SYS_close, go.WriteEnd);
        program.Add("prctl PR_SET_PDEATHSIG", null, SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        program.Add("wait for the runtime", null, SYS_read, go.ReadEnd, program.Memory(16), 1).NeedsData();
        program.Add("setsid", null, SYS_setsid);
        // The user namespace first: with it come the rights in those that it owns.
        foreach (var kind in (ReadOnlySpan<NamespaceKind>)[NamespaceKind.User, NamespaceKind.Time, NamespaceKind.Mount])
        {
            if (!namespaces.Joined.TryGetValue(kind, out var handle)) continue;
            program.Add($"join namespace {Namespaces.FileName(kind)}", null, SYS_setns, handle.DangerousGetHandle(), (int)kind);
        }

        if (namespaces.Has(NamespaceKind.User)) credentials.BecomeNamespaceRoot();
        execute.CloseOthers(preservedDescriptors, status.WriteEnd, go.ReadEnd);
        execute.EnterWorkingDirectory(process.Cwd);
        execute.SetLimits(limits.ForChild);
        credentials.Add(process, available, filter);
        program.Add("prctl PR_SET_PDEATHSIG", null, SYS_prctl, PR_SET_PDEATHSIG, detach ? 0 : SIGKILL, 0, 0, 0);
        execute.Execute(process, filter, credentials);
        return program;
    }
}
