using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Launching;

/// <summary>A forked child that is running, or has run, its <see cref="LaunchProgram"/>.</summary>
public sealed class LaunchedProcess : IDisposable
{
    private readonly LaunchProgram _program;
    private readonly Pipe _status;

    internal LaunchedProcess(LaunchProgram program, Pipe status, int pid, SafeFileHandle handle)
    {
        _program = program;
        _status = status;
        Pid = pid;
        Handle = handle;
    }

    /// <summary>Pid on the host.</summary>
    public int Pid { get; }

    /// <summary>The process as a pidfd.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Waits for the child's ready report.</summary>
    /// <exception cref="LinuxException">The child's failure, or ECHILD when it was killed before.</exception>
    public void WaitUntilReady()
    {
        if (!ReadReport()) throw new LinuxException("container process ended during setup", Errno.ECHILD);
    }

    /// <summary>Waits until the child has executed its program (its end of the pipe closed on exec).</summary>
    /// <exception cref="LinuxException">The child's failure.</exception>
    public void WaitForExec()
    {
        while (ReadReport())
        {
        }
    }

    /// <summary>Kills and reaps the child; for one that has not executed its program.</summary>
    public void Abandon()
    {
        Processes.Signal(Handle, SIGKILL);
        Processes.Reap(Handle);
    }

    // True for "ready", false at the end of the pipe.
    private bool ReadReport()
    {
        Span<int> report = stackalloc int[2];
        if (_status.Read(MemoryMarshal.AsBytes(report)) == 0) return false;
        return report[0] == Launcher.ReadyMark ? true : throw _program.Explain(report[0], report[1]);
    }

    public void Dispose()
    {
        _status.Dispose();
        _program.Dispose();
        Handle.Dispose();
    }
}
