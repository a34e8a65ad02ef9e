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
    private readonly EventLoop _loop;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly long? _memoryLimit;
    private readonly RunningContainer _container;
    private readonly OutputPump _output;
    private readonly OutputPump _error;

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
        (_loop, _time) = (loop, time);
        _memoryLimit = spec.Config.Linux?.Resources?.Memory?.Limit is > 0 and var limit ? limit : null;
        using var nothing = File.OpenHandle("/dev/null");
        var (outputRead, outputWrite) = Descriptors.Pipe();
        var (errorRead, errorWrite) = Descriptors.Pipe();
        using (outputWrite)
        using (errorWrite)
        {
            try
            {
                _container = Run(spec with
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

        _started = _time.GetTimestamp();
        _output = new OutputPump(_loop, outputRead, new LineSplitter(line => write(LogStream.Stdout, line)));
        _error = new OutputPump(_loop, errorRead, new LineSplitter(line => write(LogStream.Stderr, line)));
        _loop.Watch(_container.Process, PollEvents.Readable, ended);
    }

    /// <summary>Takes a line of output.</summary>
    public delegate void LineWriter(LogStream stream, ReadOnlySpan<byte> line);

    /// <summary>Pid of the container's first process on the host.</summary>
    public int Pid => _container.Pid;

    /// <summary>Signals the first process; nothing happens when it is gone.</summary>
    public void Signal(int signal) => _container.Kill(signal);

    /// <summary>Says how the process ended. Everything it wrote is in the log then.</summary>
    public ProcessExit Reap()
    {
        _loop.Forget(_container.Process);
        var status = _container.WaitForExit();
        _output.Dispose();
        _error.Dispose();
        return new ProcessExit(
            _time.GetUtcNow(),
            status.ExitCode,
            status.Signal,
            _container.OutOfMemorySeen(),
            Math.Round(_time.GetElapsedTime(_started).TotalSeconds, 3),
            _container.PeakMemoryBytes(),
            _memoryLimit);
    }

    /// <summary>Removes the container, killing what is left of it.</summary>
    /// <exception cref="LinuxException">What could not be removed.</exception>
    public void Dispose()
    {
        _loop.Forget(_container.Process);
        try
        {
            _container.Delete();
        }
        finally
        {
            _container.Dispose();
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
