using Paas.Contracts.Supervision;
using Paas.Linux;

namespace Paas.Runtime.Supervise;

/// <summary>
/// The state as a file, whole at any time. Written by the disk's thread; of states that come faster than the disk takes them, the latest.
/// </summary>
internal sealed class StateFile(string path, DiskThread disk)
{
    private readonly Lock _lock = new();
    private SupervisorState? _next;
    private string? _problem;

    /// <summary>Has it written; returns at once.</summary>
    public void Write(SupervisorState state)
    {
        lock (_lock)
        {
            var waits = _next is not null;
            _next = state;
            if (waits) return;
        }

        disk.Post(WriteNext);
    }

    /// <summary>Why it could not be written, told once.</summary>
    public string? TakeProblem()
    {
        lock (_lock)
        {
            var problem = _problem;
            _problem = null;
            return problem;
        }
    }

    /// <summary>How a process ended is still to be known after a crash of the machine; that one runs is then no longer true.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, SupervisorState state) => Files.WriteAtomically(
        path,
        SupervisionWriter.Write(state),
        durable: state.Status is not (SupervisedStatus.Starting or SupervisedStatus.Running));

    private void WriteNext()
    {
        SupervisorState state;
        lock (_lock)
        {
            state = _next!;
            _next = null;
        }

        try
        {
            Write(path, state);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            lock (_lock) _problem = error.Message;
        }
    }
}
