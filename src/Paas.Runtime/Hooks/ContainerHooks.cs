using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.State;
using static Paas.Linux.Native;

namespace Paas.Runtime.Hooks;

/// <summary>
/// Hooks that run in the container's namespaces: createContainer and startContainer (config.md, POSIX-platform Hooks). The
/// container's first process forks them and waits; all it needs is laid ready before it is forked itself, but for the state
/// documents, which hold its pid and are filled in while it waits.
/// </summary>
internal sealed class ContainerHooks : IDisposable
{
    private readonly HooksConfig _hooks;
    private readonly SafeFileHandle _creating;
    private readonly SafeFileHandle _created;
    private readonly HookOutput _output;

    private ContainerHooks(HooksConfig hooks, HookOutput output)
    {
        _hooks = hooks;
        _creating = HookProcess.OpenFile([]);
        _created = HookProcess.OpenFile([]);
        _output = output;
    }

    /// <summary>Null when the bundle has no hook of the two kinds.</summary>
    /// <param name="config">The bundle's.</param>
    public static ContainerHooks? From(RuntimeConfig config) =>
        config.Hooks is { CreateContainer.Count: > 0 } or { StartContainer.Count: > 0 } ? new ContainerHooks(config.Hooks, HookOutput.Open(config.Annotations)) : null;

    /// <summary>Descriptors that must stay open until <see cref="AddStart"/>.</summary>
    public IReadOnlyList<long> Kept => _hooks.StartContainer is { Count: > 0 } ? [Number(_created), .. _output.Descriptors] : [];

    /// <summary>What they printed, for a message.</summary>
    public string Printed => _output.Printed;

    /// <summary>Fills the state documents in.</summary>
    public void Describe(ContainerRecord record, int pid)
    {
        RandomAccess.Write(_creating, HookState.Write(record, ContainerStatus.Creating, pid), 0);
        RandomAccess.Write(_created, HookState.Write(record, ContainerStatus.Created, pid), 0);
    }

    /// <summary>Adds the createContainer hooks.</summary>
    /// <param name="program">The program.</param>
    /// <param name="root">The container's root, where they start as runc's do: the process is not in it yet.</param>
    /// <param name="status">Pipe a failure is reported through.</param>
    public void AddCreate(LaunchProgram program, long root, Pipe status) =>
        // Without an environment of their own they get none: the host's is none of the container's business.
        Add(program, "createContainer", _hooks.CreateContainer, [], root, Number(_creating), status);

    /// <summary>Adds the startContainer hooks.</summary>
    /// <param name="program">The program.</param>
    /// <param name="environment">That of the container's process, which is theirs too where they have none of their own.</param>
    /// <param name="status">Pipe a failure is reported through.</param>
    public void AddStart(LaunchProgram program, IReadOnlyList<string> environment, Pipe status) =>
        Add(program, "startContainer", _hooks.StartContainer, environment, null, Number(_created), status);

    public void Dispose()
    {
        _creating.Dispose();
        _created.Dispose();
        _output.Dispose();
    }

    private void Add(
        LaunchProgram program, string kind, IReadOnlyList<HookConfig>? hooks, IReadOnlyList<string> environment, long? directory, long state, Pipe status)
    {
        for (var i = 0; i < (hooks?.Count ?? 0); i++)
        {
            Add(program, HookProcess.Name(kind, i), hooks![i] with { Env = hooks[i].Env ?? environment }, directory, state, status);
        }
    }

    private void Add(LaunchProgram program, string name, HookConfig hook, long? directory, long state, Pipe status)
    {
        var pid = program.NewRegister();
        var end = program.Memory(sizeof(int));
        var fork = program.Add(name, null, SYS_clone, SIGCHLD, 0, 0, 0, 0).Into(pid);
        var inTime = hook.Timeout is > 0 and { } seconds ? AddWait(program, name, pid, seconds) : (OperationRules?)null;
        program.Add(name, null, SYS_wait4, pid, end, 0, 0);
        var over = program.AddExitCheck(name, end);
        if (inTime is { } wait)
        {
            wait.OnZero(program.Count);
            program.Add(name, null, SYS_kill, pid, SIGKILL);
            program.Add(name, null, SYS_wait4, pid, end, 0, 0);
            program.AddCompare($"{name}: {hook.Path} ran past its timeout", $"{hook.Timeout} s", end, ~0u, Errno.ETIMEDOUT);
        }

        fork.OnZero(program.Count);
        if (directory is { } opened) program.Add(name, null, SYS_fchdir, opened);
        HookProcess.Add(program, name, hook, state, _output, status.WriteEnd, hook.Env!);
        over.OnSuccess(program.Count);
    }

    // A result of 0 is a time that ran out.
    private static unsafe OperationRules AddWait(LaunchProgram program, string name, Register pid, int seconds)
    {
        var process = program.NewRegister();
        program.Add(name, null, SYS_pidfd_open, pid, 0).Into(process);
        var poll = (pollfd*)program.Structure(new pollfd { events = POLLIN });
        program.AddStore((nint)(&poll->fd), process);
        // The kernel counts the time down in place, so that a signal in between does not begin it anew.
        var wait = program.Add(name, null, SYS_ppoll, (nint)poll, 1, program.Structure(new timespec { tv_sec = seconds }), 0, 0);
        program.Add("close", null, SYS_close, process);
        return wait;
    }

    private static long Number(SafeFileHandle handle) => handle.DangerousGetHandle();
}
