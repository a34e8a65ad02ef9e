using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>The way into the container's namespaces: those to join, those to make, and the second fork where one is needed.</summary>
internal sealed class NamespaceSteps(LaunchProgram program, InitPlan plan, CredentialSteps credentials)
{
    /// <summary>Enters them all but a new one of control groups, which follows once the process is in its group.</summary>
    public void Enter()
    {
        // While it has the host's rights.
        Join(NamespaceKind.ControlGroup);
        // The user namespace first of the others: with it come the rights in those that it owns.
        Join(NamespaceKind.User);
        if (plan.Namespaces.Makes(NamespaceKind.User))
        {
            // The parent writes the maps.
            WaitForParent();
        }

        if (plan.Namespaces.Has(NamespaceKind.User)) credentials.BecomeNamespaceRoot();
        if (plan.Namespaces.Makes(NamespaceKind.Time)) MakeTimeNamespace();
        Join(NamespaceKind.Time);
        if (plan.Namespaces.HasSuccessor)
        {
            Launcher.AddSuccessor(program, plan.Status, (ulong)(uint)plan.Namespaces.ClonedBySuccessor, controlGroup: null);
            Begin();
        }

        Join(NamespaceKind.Mount);
    }

    /// <summary>What each new process begins with.</summary>
    public void Begin()
    {
        // Until it is ready a child never outlives its parent; afterwards only if it should.
        DieWithParent(SIGKILL);
        program.Add("setsid", null, SYS_setsid);
    }

    public void DieWithParent(int signal) => program.Add("prctl PR_SET_PDEATHSIG", null, SYS_prctl, PR_SET_PDEATHSIG, signal, 0, 0, 0);

    public void WaitForParent() =>
        program.Add("wait for the runtime", null, SYS_read, plan.Go.ReadEnd, program.Memory(16), 1).NeedsData();

    private void Join(NamespaceKind kind)
    {
        if (!plan.Namespaces.Joined.TryGetValue(kind, out var handle)) return;
        program.Add($"join namespace {Namespaces.FileName(kind)}", null, SYS_setns, handle.DangerousGetHandle(), (int)kind);
    }

    private void MakeTimeNamespace()
    {
        program.Add("make time namespace", null, SYS_unshare, CLONE_NEWTIME);
        if (plan.Config.Linux?.TimeOffsets is not { Count: > 0 } offsets) return;
        // The change of ids made the process's own files in /proc root's of the host.
        program.Add("prctl PR_SET_DUMPABLE", null, SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
        var text = string.Concat(offsets.Select(offset => $"{offset.Key} {offset.Value.Secs} {offset.Value.Nanosecs}\n"));
        ProcfsSteps.Write(program, plan.Mounts.Procfs!, "set clock offsets", "timeOffsets", "self/timens_offsets", text);
    }
}
