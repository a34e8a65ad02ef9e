using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.Hooks;
using Paas.Runtime.State;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>A container made by this process, which is its parent.</summary>
public sealed class RunningContainer : IDisposable
{
    private readonly StateDirectory _directory;
    private readonly ContainerRecord _record;
    private readonly ControlGroup _group;
    private readonly Launched _launched;
    private bool _reaped;

    internal RunningContainer(ContainerRecord record, StateDirectory directory, ControlGroup group, Launched launched)
    {
        _record = record;
        _directory = directory;
        _group = group;
        _launched = launched;
    }

    public string Id => _record.Id;

    /// <summary>What the runtime remembers of it.</summary>
    internal ContainerRecord Record => _record;

    /// <summary>Pid of the container's first process on the host.</summary>
    public int Pid => _launched.Process.Pid;

    /// <summary>The same as a pidfd: readable (poll) once the process has ended.</summary>
    public SafeFileHandle Process => _launched.Process.Handle;

    /// <summary>Lets the first process execute the bundle's program.</summary>
    /// <exception cref="LinuxException">The program could not be executed.</exception>
    /// <exception cref="RuntimeException">A hook failed.</exception>
    public void Start()
    {
        _launched.Go!.WriteByte();
        try
        {
            _launched.Process.WaitForExec();
        }
        catch (ExitException failure)
        {
            throw new RuntimeException($"{failure.Message}, output: {_launched.Hooks?.Printed}", failure);
        }
    }

    /// <summary>Waits for the first process to end and reaps it. To be called once, from any thread.</summary>
    public ProcessExitStatus WaitForExit()
    {
        var status = Processes.Reap(_launched.Process.Handle)!.Value;
        _reaped = true;
        return status;
    }

    /// <summary>Signals the first process, or all of the container. Nothing happens when they are gone.</summary>
    public void Kill(int signal, bool all = false)
    {
        if (!all) Processes.Signal(_launched.Process.Handle, signal);
        else if (signal == SIGKILL) _group.Kill();
        else _group.Signal(signal);
    }

    /// <summary>True when the kernel killed a process of this container for want of memory.</summary>
    public bool OutOfMemorySeen() => _group.OutOfMemoryKills() > 0;

    /// <summary>Most memory used at one time, in bytes; null where the kernel does not say.</summary>
    public long? PeakMemoryBytes() => _group.PeakMemory();

    /// <summary>As <see cref="Delete"/>, and runs the poststop hooks afterwards (runtime.md, Lifecycle).</summary>
    /// <param name="config">What it was made of.</param>
    internal void DeleteWithHooks(RuntimeConfig config)
    {
        Delete();
        PoststopHooks.Run(config, _record);
    }

    /// <summary>Kills what is left and removes cgroups and state.</summary>
    public void Delete()
    {
        if (!_reaped)
        {
            _launched.Process.Abandon();
            _reaped = true;
        }

        if (!_group.TryRemoveEmpty())
        {
            _group.Kill();
            _group.Remove();
        }

        HostMount.Remove(_record);
        _directory.Remove();
    }

    public void Dispose() => _launched.Dispose();
}
