using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>Signals as a new process expects them.</summary>
internal static class SignalSteps
{
    private const int LastSignal = 64;

    /// <summary>Adds the reset of all dispositions, since ignored signals stay ignored across execve and the runtime ignores SIGPIPE, and of the mask.</summary>
    public static void AddReset(LaunchProgram program, string step)
    {
        var none = program.Memory(64);
        for (var signal = 1; signal <= LastSignal; signal++)
        {
            if (signal is not (SIGKILL or SIGSTOP)) program.Add(step, $"signal {signal}", SYS_rt_sigaction, signal, none, 0, 8);
        }

        program.Add(step, "signals", SYS_rt_sigprocmask, SIG_SETMASK, none, 0, 8);
    }
}
