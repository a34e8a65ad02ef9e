using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Linux;
using Paas.Linux.Events;
using Paas.Logs;
using Paas.Runtime.Containers;

namespace Paas.Runtime.Supervise;

/// <summary>One container of the supervision, from its start to its removal, with what it writes going to the log.</summary>
internal sealed class SupervisedProcess : IDisposable
{
    private readonly EventLoop loop;
    private readonly TimeProvider time;
    private readonly long started;
    private readonly RunningContainer container;
    private readonly OutputPump output;
    private readonly OutputPump error;

    /// <summary>Makes the container and lets its process run.</summary>
    /// <param name="loop">Calls <paramref name="ended"/> when the process has ended.</param>
    /// <param name="time">The clock.</param>
    /// <param name="spec">The container; its streams are replaced.</param>
    /// <param name="write">Takes the lines of its output.</param>
    /// <param name="ended">To be followed by <see cref="Reap"/>.</param>
    /// <exception cref="LinuxException">What the kernel refused. Nothing is left.</exception>
    /// <exception cref="RuntimeException">What cannot be done. Nothing is left.</exception>
    public SupervisedProcess(EventLoop loop, TimeProvider time, ContainerSpec spec, LineWriter write, Action ended)
    {
        (this.loop, this.time) = (loop, time);
        using var nothing = File.OpenHandle("/dev/null");
        var (outputRead, outputWrite) = Descriptors.Pipe();
        var (errorRead, errorWrite) = Descriptors.Pipe();
        using (outputWrite)
        using (errorWrite)
        {
            try
            {
                container = Run(spec with
                {
                    StandardInput = Number(nothing),
                    StandardOutput = Number(outputWrite),
                    StandardError = Number(errorWrite),
                    DieWithParent = true,
                });
            }
            catch
            {
                outputRead.Dispose();
                errorRead.Dispose();
                throw;
            }
        }

        started = time.GetTimestamp();
        output = new OutputPump(loop, outputRead, new LineSplitter(line => write(LogStream.Stdout, line)));
        error = new OutputPump(loop, errorRead, new LineSplitter(line => write(LogStream.Stderr, line)));
        loop.Watch(container.Process, PollEvents.Readable, ended);
    }

    /// <summary>Takes a line of output.</summary>
    public delegate void LineWriter(LogStream stream, ReadOnlySpan<byte> line);

    /// <summary>Pid of the container's first process on the host.</summary>
    public int Pid => container.Pid;

    /// <summary>Signals the first process; nothing happens when it is gone.</summary>
    public void Signal(int signal) => container.Kill(signal);

    /// <summary>Says how the process ended. Everything it wrote is in the log then.</summary>
    public ProcessExit Reap()
    {
        loop.Forget(container.Process);
        var status = container.WaitForExit();
        output.Dispose();
        error.Dispose();
        return new ProcessExit(
            time.GetUtcNow(),
            status.ExitCode,
            status.Signal,
            container.OutOfMemorySeen(),
            Math.Round(time.GetElapsedTime(started).TotalSeconds, 3));
    }

    /// <summary>Removes the container, killing what is left of it.</summary>
    /// <exception cref="LinuxException">What could not be removed.</exception>
    public void Dispose()
    {
        loop.Forget(container.Process);
        try
        {
            container.Delete();
        }
        finally
        {
            container.Dispose();
        }
    }

    private static RunningContainer Run(ContainerSpec spec)
    {
        var container = ContainerFactory.Create(spec);
        try
        {
            container.Start();
            return container;
        }
        catch
        {
            container.Delete();
            container.Dispose();
            throw;
        }
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}
