using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>A further process in a running container.</summary>
internal sealed class ExecProcess
{
    private readonly ExecSpec _spec;
    private readonly ProcessConfig _process;
    private readonly ProcessNamespaces _namespaces;
    private readonly SafeFileHandle _root;
    private readonly LaunchProgram _program;
    private readonly CredentialSteps _credentials;
    private readonly ExecuteSteps _execute;
    private readonly Pipe _status;
    private readonly Pipe _go;

    // The launched process owns program and status once it is there.
    private ExecProcess(
        ExecSpec spec, ProcessConfig process, ProcessNamespaces namespaces, SafeFileHandle root, LaunchProgram program, Pipe status, Pipe go)
    {
        (_spec, _process, _namespaces, _root) = (spec, process, namespaces, root);
        (_program, _status, _go) = (program, status, go);
        _credentials = new CredentialSteps(_program, status, go, spec.Config.Annotations);
        _execute = new ExecuteSteps(_program);
    }

    /// <summary>Forks it, with all namespaces, control groups and restrictions of the container; returns when its program runs.</summary>
    /// <exception cref="LinuxException">What the kernel refused.</exception>
    /// <exception cref="RuntimeException">What is asked for cannot be done.</exception>
    public static LaunchedProcess Start(ExecSpec spec)
    {
        ConfigRules.Check(spec.Process);
        using var namespaces = ProcessNamespaces.Of(spec.Container);
        using var root = Files.Open($"/proc/{spec.Container.Record.Pid}/root", O_PATH | O_DIRECTORY);
        using var go = new Pipe();
        return new ExecProcess(spec, ProcessEnvironment.Complete(spec.Process, root), namespaces, root, new LaunchProgram(), new Pipe(), go).Start();
    }

    private LaunchedProcess Start()
    {
        var filter = SeccompFilter.From(_spec.Config.Linux?.Seccomp);
        using var limits = new ProcessLimits(_process.Rlimits);
        var group = _spec.Subgroups.Count > 0 ? _spec.Container.Group.Below(_spec.Subgroups) : _spec.Container.Group;
        using var legacy = group.OpenLegacy();
        Compile(limits, filter, legacy);
        // In runc's words, here and below.
        Log.Debug($"nsexec container setup: {_program.Count} steps");
        if (_spec.Terminal is null)
        {
            StandardStreams.GiveTo(_spec.Config with { Process = _process }, _spec.StandardInput, _spec.StandardOutput, _spec.StandardError);
        }

        var child = Fork(group);
        Log.Debug($"child process in init(): pid {child.Pid}");
        try
        {
            OutOfMemoryScore.Set(child.Pid, _process.OomScoreAdj);
            // Before the process can be seen to run, so that no signal meant for it ends this one instead.
            if (!_spec.Detach && _spec.ForwardSignals) SignalForwarding.Start(child.Handle);
            _go.WriteByte();
            if (filter?.Agent is { } agent)
            {
                agent.HandOver(child, _spec.Container.Record, _spec.Container.Status());
                _go.WriteByte();
            }

            Log.Debug("setns_init: about to exec");
            child.WaitForExec();
            return child;
        }
        catch
        {
            using (child) child.Abandon();
            throw;
        }
    }

    // A group whose own groups have controllers takes no more processes (cgroups(7), no internal processes): then where the
    // container's first process has moved to.
    private LaunchedProcess Fork(ControlGroup group)
    {
        try
        {
            using var unified = group.OpenUnified();
            return Fork(unified);
        }
        catch (LinuxException e) when (e.Errno is Errno.EBUSY or Errno.EOPNOTSUPP && _spec.Subgroups.Count == 0)
        {
            using var present = ControlGroup.OpenUnifiedOf(_spec.Container.Record.Pid);
            return Fork(present);
        }
        catch (LinuxException e) when (e.Errno == Errno.EBUSY && group.UnifiedDirectory is { } directory)
        {
            throw new RuntimeException($"error adding pid of the process to cgroups: write {directory}/cgroup.procs: device or resource busy");
        }
    }

    private LaunchedProcess Fork(SafeFileHandle? unified)
    {
        using var image = _namespaces.Has(NamespaceKind.User) ? null : Launcher.PrepareApart(_program, _status);
        using var inside = _namespaces.EnterPids();
        return Launcher.Launch(_program, _status, 0, unified, image);
    }

    private void Compile(ProcessLimits limits, SeccompFilter? filter, LegacyEntry legacy)
    {
        var available = _namespaces.Has(NamespaceKind.User) ? ulong.MaxValue : Capabilities.Permitted();
        // Other processes of the container must not be able to look into this one before it is theirs.
        _program.Add("prctl PR_SET_DUMPABLE", null, SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
        _program.Add("close", null, SYS_close, _go.WriteEnd);
        _program.Add("prctl PR_SET_PDEATHSIG", null, SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        SchedulingSteps.AddAffinity(_program, _process.ExecCPUAffinity?.Initial);
        legacy.AddTo(_program);
        _program.Add("wait for the runtime", null, SYS_read, _go.ReadEnd, _program.Memory(16), 1).NeedsData();
        if (string.IsNullOrEmpty(_process.ExecCPUAffinity?.Initial)) SchedulingSteps.ResetAffinity(_program);
        SchedulingSteps.AddAffinity(_program, _process.ExecCPUAffinity?.Final);
        MemoryPolicySteps.Add(_program, _spec.Config.Linux?.MemoryPolicy);
        _program.Add("setsid", null, SYS_setsid);
        var label = SecurityLabelSteps.Open(_program, _process);
        Join();
        if (_spec.Container.Record.HasKeyring) KeyringSteps.Join(_program, KeyringSteps.NameOf(_spec.Container.Record.Id));
        PlaceStreams();
        List<long> kept = [_status.WriteEnd, _go.ReadEnd];
        if (label is not null) kept.Add(SecurityLabelSteps.KeptAt);
        _execute.CloseOthers(_spec.PreservedDescriptors, kept);
        var entered = _execute.EnterWorkingDirectory(_process.Cwd);
        SchedulingSteps.AddPersonality(_program, _spec.Config.Linux?.Personality);
        SchedulingSteps.Add(_program, _process, _spec.Config.Linux?.Resources?.Cpu?.Cpus is { Length: > 0 });
        _execute.SetLimits(limits.ForChild);
        _credentials.Add(_process, available, filter);
        _execute.EnterWorkingDirectoryAtLast(_process.Cwd, entered);
        _execute.CheckProgram(_process, _credentials.IsFiltered);
        _program.Add("prctl PR_SET_PDEATHSIG", null, SYS_prctl, PR_SET_PDEATHSIG, _spec.Detach ? 0 : SIGKILL, 0, 0, 0);
        label?.Write();
        _program.Add("close", null, SYS_close, _go.ReadEnd);
        _program.Add("close on exec", null, SYS_fcntl, _status.WriteEnd, F_SETFD, FD_CLOEXEC);
        _execute.Execute(_process, filter, _credentials);
    }

    private void Join()
    {
        _namespaces.AddTo(_program);
        if (_namespaces.Has(NamespaceKind.User)) _credentials.BecomeNamespaceRoot();
        if (_namespaces.Has(NamespaceKind.Mount)) return;
        // Its mounts are the host's; only its root makes it a container.
        _program.Add("enter root", null, SYS_fchdir, _root.DangerousGetHandle());
        _program.Add("chroot", null, SYS_chroot, _program.Text("."));
    }

    private void PlaceStreams()
    {
        if (_spec.Terminal is not { } target)
        {
            _execute.PlaceStandardStreams(_spec.StandardInput, _spec.StandardOutput, _spec.StandardError);
            return;
        }

        var terminals = new TerminalSteps(_program);
        var root = _program.NewRegister();
        _program.Add("open root", null, SYS_openat, AT_FDCWD, _program.Text("/"), O_PATH | O_DIRECTORY | O_CLOEXEC).Into(root);
        var terminal = terminals.Open(root, target, _process.User?.Uid ?? 0);
        _execute.PlaceStandardStreams(terminal, terminal, terminal);
        TerminalSteps.TakeControl(_program);
    }
}
