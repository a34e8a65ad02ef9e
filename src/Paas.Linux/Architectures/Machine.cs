namespace Paas.Linux.Architectures;

/// <summary>The machine this program is compiled for: the one place besides the project file that chooses (docs/decisions/0016).</summary>
internal static class Machine
{
    /// <inheritdoc cref="X64Machine.SystemCall"/>
    public static ReadOnlySpan<byte> SystemCall =>
#if ARM64
        Arm64Machine.SystemCall;
#else
        X64Machine.SystemCall;
#endif

    /// <inheritdoc cref="X64Machine.SignalForwarder"/>
    public static byte[] SignalForwarder(int process) =>
#if ARM64
        Arm64Machine.SignalForwarder(process);
#else
        X64Machine.SignalForwarder(process);
#endif

    /// <inheritdoc cref="X64Machine.SignalWriter"/>
    public static byte[] SignalWriter(int pipe) =>
#if ARM64
        Arm64Machine.SignalWriter(pipe);
#else
        X64Machine.SignalWriter(pipe);
#endif

    /// <summary>Its system calls by name.</summary>
    public static Seccomp.SyscallTable Syscalls { get; } =
#if ARM64
        new Arm64SyscallTable();
#else
        new X64SyscallTable();
#endif
}
