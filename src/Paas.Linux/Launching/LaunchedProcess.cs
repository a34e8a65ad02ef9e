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

    /// <summary>A child that another program has forked for this one, and which runs no list.</summary>
    public static LaunchedProcess Adopt(int pid, SafeFileHandle handle) => new(new LaunchProgram(), new Pipe(), pid, handle);

    /// <summary>Pid on the host.</summary>
    public int Pid { get; private set; }

    /// <summary>The process as a pidfd.</summary>
    public SafeFileHandle Handle { get; private set; }

    /// <summary>Waits for the child's ready report.</summary>
    /// <exception cref="IOException">The child's failure, or ECHILD when it was killed before.</exception>
    public void WaitUntilReady() => WaitFor(Launcher.ReadyMark);

    /// <summary>Waits for the child to reach a waypoint.</summary>
    /// <inheritdoc cref="WaitUntilReady"/>
    public void WaitForWaypoint() => WaitFor(Launcher.WaypointMark);

    /// <summary>Waits for the child to say which descriptor of its own this process is to have, and takes it.</summary>
    /// <inheritdoc cref="WaitUntilReady"/>
    public SafeFileHandle TakeDescriptor()
    {
        var number = WaitFor(Launcher.DescriptorMark);
        return Kernel.Handle(Kernel.Call(SYS_pidfd_getfd, Handle.DangerousGetHandle(), number), "pidfd_getfd", $"{number}");
    }

    /// <summary>Waits for the process that goes on in the child's place, and stands for that one from then on.</summary>
    /// <inheritdoc cref="WaitUntilReady"/>
    public void WaitForSuccessor()
    {
        var descriptor = WaitFor(Launcher.SuccessorMark);
        var successor = Kernel.Handle(Kernel.Call(SYS_pidfd_getfd, Handle.DangerousGetHandle(), descriptor), "pidfd_getfd");
        Abandon();
        Handle.Dispose();
        (Pid, Handle) = (Processes.PidOf(successor), successor);
    }

    /// <summary>Waits until the child has executed its program (its end of the pipe closed on exec).</summary>
    /// <exception cref="IOException">The child's failure.</exception>
    public void WaitForExec()
    {
        while (ReadReport() is not null)
        {
        }
    }

    /// <summary>Kills and reaps the child; for one that has not executed its program.</summary>
    public void Abandon()
    {
        Processes.Signal(Handle, SIGKILL);
        Processes.Reap(Handle);
    }

    private int WaitFor(int mark)
    {
        var report = ReadReport() ?? throw new LinuxException("container process ended during setup", Errno.ECHILD);
        return report.Mark == mark ? report.Value : throw new InvalidOperationException($"the child is at {report.Mark}, not at {mark}");
    }

    // Null at the end of the pipe.
    private (int Mark, int Value)? ReadReport()
    {
        Span<int> report = stackalloc int[2];
        if (_status.Read(MemoryMarshal.AsBytes(report)) == 0) return null;
        return report[0] < 0 ? (report[0], report[1]) : throw _program.Explain(report[0], report[1]);
    }

    public void Dispose()
    {
        _status.Dispose();
        _program.Dispose();
        Handle.Dispose();
    }
}
