using static Paas.Linux.Native;

namespace Paas.Linux.Launching;

/// <summary>Signals as a new program expects them.</summary>
public static class SignalReset
{
    private const int LastSignal = 64;

    /// <summary>Adds the reset of all dispositions, since ignored signals stay ignored across execve and the runtime ignores SIGPIPE, and of the mask.</summary>
    /// <param name="program">The child's.</param>
    /// <param name="step">What it is for.</param>
    /// <param name="blocked">The mask: signal n is bit n - 1.</param>
    public static void Add(LaunchProgram program, string step, ulong blocked = 0)
    {
        var none = program.Memory(64);
        for (var signal = 1; signal <= LastSignal; signal++)
        {
            if (signal is not (SIGKILL or SIGSTOP)) program.Add(step, $"signal {signal}", SYS_rt_sigaction, signal, none, 0, 8);
        }

        program.Add(step, "signals", SYS_rt_sigprocmask, SIG_SETMASK, program.Structure(blocked), 0, 8);
    }
}
