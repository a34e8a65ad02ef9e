using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>Signals to a process that waits for its start.</summary>
internal static class SignalSteps
{
    // What is left of a shell's code for a process that SIGTERM has ended.
    private const int Ended = 128 + SIGTERM;

    /// <summary>Adds a descriptor that is readable once the process has been asked to end, in whatever words.</summary>
    public static Register AddListener(LaunchProgram program)
    {
        var mask = 0UL;
        foreach (var signal in (ReadOnlySpan<int>)[SIGHUP, SIGINT, SIGQUIT, SIGTERM]) mask |= 1UL << (signal - 1);
        var listener = program.NewRegister();
        program.Add("listen for signals", null, SYS_signalfd4, -1, program.Structure(mask), sizeof(ulong), O_CLOEXEC).Into(listener);
        return listener;
    }

    /// <summary>
    /// Adds a wait until another descriptor is readable. Asked to end meanwhile, the process does: as the first of its pid namespace
    /// it would not hear of it otherwise, since it has no program yet that takes signals.
    /// </summary>
    public static unsafe void AddWait(LaunchProgram program, long descriptor, Register listener)
    {
        var poll = (pollfd*)program.Memory(2 * sizeof(pollfd));
        poll[0] = new pollfd { fd = (int)descriptor, events = POLLIN };
        poll[1] = new pollfd { events = POLLIN };
        program.AddStore((nint)(&poll[1].fd), listener);
        program.Add("wait for start", null, SYS_ppoll, (nint)poll, 2, 0, 0, 0);
        // What ppoll found is the upper half of the second word.
        var quiet = program.AddCompare("wait for start", null, (nint)(&poll[1].fd) + sizeof(int), 0, Errno.ESRCH, 0xFFFF0000).Tolerate(Errno.ESRCH);
        program.Add("exit", null, SYS_exit_group, Ended);
        quiet.OnSuccess(program.Count);
        program.Add("close", null, SYS_close, listener);
    }
}
