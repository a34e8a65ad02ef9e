using Microsoft.Win32.SafeHandles;
using Paas.Linux;

namespace Paas.Runtime.Containers;

/// <summary>A container made by this process, which is its parent.</summary>
public sealed class RunningContainer : IDisposable
{
    internal RunningContainer(string id, int pid, SafeFileHandle process)
    {
        Id = id;
        Pid = pid;
        Process = process;
    }

    public string Id { get; }

    /// <summary>Pid of the container's first process on the host.</summary>
    public int Pid { get; }

    /// <summary>The same as a pidfd: readable (poll) once the process has ended.</summary>
    public SafeFileHandle Process { get; }

    /// <summary>Lets the first process execute the bundle's program.</summary>
    /// <exception cref="LinuxException">The program could not be executed.</exception>
    public void Start() => throw new NotImplementedException();

    /// <summary>Waits for the first process to end and reaps it. To be called once, from any thread.</summary>
    public ProcessExitStatus WaitForExit() => throw new NotImplementedException();

    /// <summary>Signals the first process, or all of the container. Nothing happens when they are gone.</summary>
    public void Kill(int signal, bool all = false) => throw new NotImplementedException();

    /// <summary>True when the kernel killed a process of this container for want of memory.</summary>
    public bool OutOfMemorySeen() => throw new NotImplementedException();

    /// <summary>Most memory used at one time, in bytes; null where the kernel does not say.</summary>
    public long? PeakMemoryBytes() => throw new NotImplementedException();

    /// <summary>Kills what is left and removes cgroups and state.</summary>
    public void Delete() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
