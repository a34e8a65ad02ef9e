using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// Compiles the life of a container's first process, from the fork to execve. The order is the point of this file; the steps are
/// in their own.
/// </summary>
internal sealed class InitProgram
{
    private readonly LaunchProgram _program;
    private readonly InitPlan _plan;
    private readonly RuntimeConfig _config;
    private readonly LinuxConfig _linux;
    private readonly RootSteps _root;
    private readonly CredentialSteps _credentials;
    private readonly ExecuteSteps _execute;
    private readonly NamespaceSteps _namespaces;
    private SecurityLabelSteps? _label;
    private bool _inGroup;

    private InitProgram(LaunchProgram program, InitPlan plan)
    {
        _program = program;
        _plan = plan;
        _config = plan.Config;
        _linux = plan.Config.Linux ?? new LinuxConfig();
        _root = new RootSteps(_program, plan, JoinControlGroup, MapByParent);
        _credentials = new CredentialSteps(_program, plan.Status, plan.Go, plan.Config.Annotations);
        _execute = new ExecuteSteps(_program);
        _namespaces = new NamespaceSteps(_program, plan, _credentials);
    }

    public static LaunchProgram Compile(InitPlan plan)
    {
        var program = new LaunchProgram();
        try
        {
            new InitProgram(program, plan).Compile();
            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    private void Compile()
    {
        _program.Add("close", null, SYS_close, _plan.Go.WriteEnd);
        _program.Add("close", null, SYS_close, _plan.Status.ReadEnd);
        _namespaces.Begin();
        _program.Add("umask", null, SYS_umask, 0);
        _namespaces.Enter();
        if (_plan.Keyring is { } keyring) KeyringSteps.Join(_program, keyring);
        SetKernelState();
        _root.MountEverything();
        CallHooks();
        _label = SecurityLabelSteps.Open(_program, _config.Process!);
        _root.Change();
        JoinControlGroup();
        SchedulingSteps.ResetAffinity(_program);
        MemoryPolicySteps.Add(_program, _linux.MemoryPolicy);
        BecomeProcess();
        WaitForStart();
        if (!_plan.HasProgram)
        {
            _program.Add("exit", null, SYS_exit_group, 0);
            return;
        }

        // Those hooks are the container's own programs: they run under its filter.
        if (_config.Hooks?.StartContainer is { Count: > 0 } && _config.Process!.NoNewPrivileges) _credentials.InstallFilter(_plan.Filter);
        _plan.Hooks?.AddStart(_program, _config.Process!.Env ?? [], _plan.Status);
        foreach (var kept in _plan.Hooks?.Kept ?? []) _program.Add("close", null, SYS_close, kept);
        _label?.Write();
        _execute.Execute(_config.Process!, _plan.Filter, _credentials, _plan.TellsOnStandardError);
    }

    private void SetKernelState()
    {
        SetName("sethostname", SYS_sethostname, _config.Hostname);
        SetName("setdomainname", SYS_setdomainname, _config.Domainname);
        if (_plan.Namespaces.Makes(NamespaceKind.Network)) LoopbackSteps.BringUp(_program);
        foreach (var (name, value) in _linux.Sysctl ?? new Dictionary<string, string>())
        {
            // A joined network namespace belongs to the host's user namespace: the parent writes those.
            if (!Sysctls.IsNetwork(name) || _plan.Namespaces.Makes(NamespaceKind.Network)) Sysctls.Add(_program, _plan.Mounts.Procfs!, name, value);
        }
    }

    private void SetName(string step, int number, string? name)
    {
        if (string.IsNullOrEmpty(name)) return;
        if (!_plan.Namespaces.Has(NamespaceKind.HostName)) throw new RuntimeException($"{step} needs a uts namespace of the container's own");
        _program.Add(step, name, number, _program.Text(name), System.Text.Encoding.UTF8.GetByteCount(name));
    }

    private void CallHooks()
    {
        if (!_plan.HasWaypoint) return;
        JoinControlGroup();
        Launcher.AddWaypoint(_program, _plan.Status);
        _namespaces.WaitForParent();
        _plan.Hooks?.AddCreate(_program, _plan.Mounts.Root.DangerousGetHandle(), _plan.Status);
    }

    // A new cgroup namespace shows groups from there down.
    private void JoinControlGroup()
    {
        if (_inGroup) return;
        _inGroup = true;
        // It joins with the limits set: some can be set only while nobody is in.
        _namespaces.WaitForParent();
        _plan.Entry.AddTo(_program);
        if (_plan.Namespaces.Makes(NamespaceKind.ControlGroup)) _program.Add("make cgroup namespace", null, SYS_unshare, CLONE_NEWCGROUP);
    }

    // The parent serves in order, and the group is its first turn.
    private void MapByParent(Register mount)
    {
        JoinControlGroup();
        Launcher.AddDescriptorReport(_program, _plan.Status, mount);
        _namespaces.WaitForParent();
    }

    private void BecomeProcess()
    {
        var process = _config.Process!;
        PlaceStreams();
        List<long> kept = [_plan.Status.WriteEnd, _plan.Go.ReadEnd, Start, .. _plan.Hooks?.Kept ?? []];
        if (_label is not null) kept.Add(SecurityLabelSteps.KeptAt);
        _execute.CloseOthers(_plan.PreservedDescriptors, kept);
        var entered = _execute.EnterWorkingDirectory(process.Cwd);
        SchedulingSteps.AddPersonality(_program, _linux.Personality);
        SchedulingSteps.Add(_program, process, _linux.Resources?.Cpu?.Cpus is { Length: > 0 });
        _execute.SetLimits(_plan.Limits);
        _credentials.Add(process, _plan.AvailableCapabilities, _plan.Filter);
        _execute.EnterWorkingDirectoryAtLast(process.Cwd, entered);
        // The change of ids took the signal away.
        _namespaces.DieWithParent(_plan.DieWithParent ? SIGKILL : 0);
        if (_plan.HasProgram) _execute.CheckProgram(process, _credentials.IsFiltered);
    }

    private void PlaceStreams()
    {
        if (_root.Terminal is not { } terminal)
        {
            _execute.PlaceStandardStreams(_plan.StandardInput, _plan.StandardOutput, _plan.StandardError);
            return;
        }

        _execute.PlaceStandardStreams(terminal, terminal, terminal);
        TerminalSteps.TakeControl(_program);
    }

    // Where the process waits for its start.
    private long Start => _plan.StartFifo ?? (long)_plan.Go.ReadEnd;

    private void WaitForStart()
    {
        var signals = _plan.StartFifo is null || _credentials.IsFiltered ? (Register?)null : SignalSteps.AddListener(_program);
        Launcher.AddReadyReport(_program, _plan.Status);
        if (signals is { } listener) SignalSteps.AddWait(_program, _plan.StartFifo!.Value, listener);
        // End of file: whoever would start it is gone.
        _program.Add("wait for start", null, SYS_read, Start, _program.Memory(16), 1).NeedsData();
        if (_plan.StartFifo is { } fifo) _program.Add("close", null, SYS_close, fifo);
        _program.Add("close", null, SYS_close, _plan.Go.ReadEnd);
        // Not left to the program: with preserved descriptors some may lie in their range.
        _program.Add("close on exec", null, SYS_fcntl, _plan.Status.WriteEnd, F_SETFD, FD_CLOEXEC);
    }
}
