using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Launching;
using Paas.Runtime.State;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>A container made by this process, which is its parent.</summary>
public sealed class RunningContainer : IDisposable
{
    private readonly StateDirectory _directory;
    private readonly ContainerRecord _record;
    private readonly ControlGroup _group;
    private readonly LaunchedProcess _launched;
    private readonly Pipe? _go;
    private readonly SafeFileHandle? _network;
    private bool _reaped;

    internal RunningContainer(
        ContainerRecord record, StateDirectory directory, ControlGroup group, LaunchedProcess launched, Pipe? go, SafeFileHandle? network)
    {
        _record = record;
        _directory = directory;
        _group = group;
        _launched = launched;
        _go = go;
        _network = network;
    }

    public string Id => _record.Id;

    /// <summary>What the runtime remembers of it.</summary>
    internal ContainerRecord Record => _record;

    /// <summary>Pid of the container's first process on the host.</summary>
    public int Pid => _launched.Pid;

    /// <summary>The same as a pidfd: readable (poll) once the process has ended.</summary>
    public SafeFileHandle Process => _launched.Handle;

    /// <summary>Lets the first process execute the bundle's program.</summary>
    /// <exception cref="LinuxException">The program could not be executed.</exception>
    public void Start()
    {
        _go!.WriteByte();
        _launched.WaitForExec();
    }

    /// <summary>Waits for the first process to end and reaps it. To be called once, from any thread.</summary>
    public ProcessExitStatus WaitForExit()
    {
        var status = Processes.Reap(_launched.Handle)!.Value;
        _reaped = true;
        return status;
    }

    /// <summary>Signals the first process, or all of the container. Nothing happens when they are gone.</summary>
    public void Kill(int signal, bool all = false)
    {
        if (!all) Processes.Signal(_launched.Handle, signal);
        else if (signal == SIGKILL) _group.Kill();
        else _group.Signal(signal);
    }

    /// <summary>True when the kernel killed a process of this container for want of memory.</summary>
    public bool OutOfMemorySeen() => _group.OutOfMemoryKills() > 0;

    /// <summary>Most memory used at one time, in bytes; null where the kernel does not say.</summary>
    public long? PeakMemoryBytes() => _group.PeakMemory();

    /// <summary>Kills what is left and removes cgroups and state.</summary>
    public void Delete()
    {
        if (!_reaped)
        {
            _launched.Abandon();
            _reaped = true;
        }

        if (!_group.TryRemoveEmpty())
        {
            _group.Kill();
            _group.Remove();
        }

        _directory.Remove();
    }

    public void Dispose()
    {
        _go?.Dispose();
        _network?.Dispose();
        _launched.Dispose();
    }
}
