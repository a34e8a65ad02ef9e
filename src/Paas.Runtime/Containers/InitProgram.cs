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
    private bool _inGroup;

    private InitProgram(LaunchProgram program, InitPlan plan)
    {
        _program = program;
        _plan = plan;
        _config = plan.Config;
        _linux = plan.Config.Linux ?? new LinuxConfig();
        _root = new RootSteps(_program, plan, JoinControlGroup);
        _credentials = new CredentialSteps(_program);
        _execute = new ExecuteSteps(_program);
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
        Begin();
        EnterNamespaces();
        SetKernelState();
        _root.MountEverything();
        _root.Change();
        JoinControlGroup();
        BecomeProcess();
        WaitForStart();
        _execute.Execute(_config.Process!, _plan.Filter, _credentials);
    }

    private void Begin()
    {
        _program.Add("close", null, SYS_close, _plan.Go.WriteEnd);
        _program.Add("close", null, SYS_close, _plan.Status.ReadEnd);
        // Until it is ready a child never outlives its parent; afterwards only if it should.
        DieWithParent(SIGKILL);
        _program.Add("umask", null, SYS_umask, 0);
        _program.Add("setsid", null, SYS_setsid);
    }

    private void EnterNamespaces()
    {
        foreach (var (kind, handle) in _plan.Namespaces.Joined)
        {
            if (!ThreadNamespaces.ByChild(kind)) continue;
            _program.Add($"join namespace {Namespaces.FileName(kind)}", null, SYS_setns, handle.DangerousGetHandle(), (int)kind);
        }

        if (_plan.Namespaces.Makes(NamespaceKind.User))
        {
            // The parent writes the maps.
            WaitForParent();
            _credentials.BecomeNamespaceRoot();
        }

        if (_plan.Namespaces.Makes(NamespaceKind.Time)) MakeTimeNamespace();
    }

    private void MakeTimeNamespace()
    {
        _program.Add("make time namespace", null, SYS_unshare, CLONE_NEWTIME);
        if (_linux.TimeOffsets is null or { Count: 0 }) return;
        // The change of ids made the process's own files in /proc root's of the host.
        _program.Add("prctl PR_SET_DUMPABLE", null, SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
        var text = string.Concat(_linux.TimeOffsets.Select(offset => $"{offset.Key} {offset.Value.Secs} {offset.Value.Nanosecs}\n"));
        Sysctls.AddWrite(_program, _plan.Mounts.Procfs!, "set clock offsets", "timeOffsets", "self/timens_offsets", text);
    }

    private void SetKernelState()
    {
        SetName("sethostname", SYS_sethostname, _config.Hostname);
        SetName("setdomainname", SYS_setdomainname, _config.Domainname);
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

    // The parent moves the process meanwhile, which takes its time on v1. A new cgroup namespace shows groups from there down.
    private void JoinControlGroup()
    {
        if (_inGroup) return;
        _inGroup = true;
        WaitForParent();
        if (_plan.Namespaces.Makes(NamespaceKind.ControlGroup)) _program.Add("make cgroup namespace", null, SYS_unshare, CLONE_NEWCGROUP);
    }

    private void BecomeProcess()
    {
        var process = _config.Process!;
        _execute.PlaceStandardStreams(_plan.StandardInput, _plan.StandardOutput, _plan.StandardError);
        var start = _plan.StartFifo ?? (long)_plan.Go.ReadEnd;
        _execute.CloseOthers(_plan.PreservedDescriptors, _plan.Status.WriteEnd, _plan.Go.ReadEnd, start);
        _execute.EnterWorkingDirectory(process.Cwd);
        _execute.SetLimits(_plan.Limits);
        _credentials.Add(process, _plan.AvailableCapabilities, _plan.Filter);
        // The change of ids took the signal away.
        DieWithParent(_plan.DieWithParent ? SIGKILL : 0);
        _execute.CheckProgram(process);
    }

    private void WaitForStart()
    {
        Launcher.AddReadyReport(_program, _plan.Status);
        var buffer = _program.Memory(16);
        if (_plan.StartFifo is { } fifo) _program.Add("wait for start", null, SYS_read, fifo, buffer, 1).NeedsData();
        // End of file: whoever would start it is gone.
        else WaitForParent();
        // Not left to the program: with preserved descriptors some may lie in their range.
        _program.Add("close on exec", null, SYS_fcntl, _plan.Status.WriteEnd, F_SETFD, FD_CLOEXEC);
    }

    private void WaitForParent() =>
        _program.Add("wait for the runtime", null, SYS_read, _plan.Go.ReadEnd, _program.Memory(16), 1).NeedsData();

    private void DieWithParent(int signal) => _program.Add("prctl PR_SET_PDEATHSIG", null, SYS_prctl, PR_SET_PDEATHSIG, signal, 0, 0, 0);
}
