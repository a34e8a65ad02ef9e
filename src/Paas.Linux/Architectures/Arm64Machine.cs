using System.Runtime.InteropServices;

namespace Paas.Linux.Architectures;

/// <summary>The machine code this program brings along, for arm64. The kernel makes the instruction cache see it when it becomes executable.</summary>
internal static class Arm64Machine
{
    private const uint MoveToW0 = 0x52800000; // movz w0, #0
    private const uint MoveToUpperW0 = 0x72A00000; // movk w0, #0, lsl #16
    private const uint MoveToW8 = 0x52800008; // movz w8, #0
    private const uint SupervisorCall = 0xD4000001;
    private const uint Return = 0xD65F03C0;
    private const int ImmediateShift = 5;

    // Not those of Native, which are of the architecture this is compiled for.
    private const int Write = 64;
    private const int PidfdSendSignal = 424;

    /// <inheritdoc cref="X64Machine.SystemCall"/>
    public static ReadOnlySpan<byte> SystemCall =>
    [
        0xE9, 0x03, 0x00, 0xAA, // mov x9, x0
        0x28, 0x01, 0x40, 0xF9, // ldr x8, [x9]
        0x20, 0x85, 0x40, 0xA9, // ldp x0, x1, [x9, #8]
        0x22, 0x8D, 0x41, 0xA9, // ldp x2, x3, [x9, #24]
        0x24, 0x95, 0x42, 0xA9, // ldp x4, x5, [x9, #40]
        0x01, 0x00, 0x00, 0xD4, // svc #0
        0xC0, 0x03, 0x5F, 0xD6, // ret
    ];

    /// <inheritdoc cref="X64Machine.SignalForwarder"/>
    public static byte[] SignalForwarder(int process)
    {
        uint[] code =
        [
            0x2A0003E1,                                                         // mov w1, w0            signal
            MoveToW0 | Lower(process),                                          // movz w0, #PIDFD
            MoveToUpperW0 | Upper(process),                                     // movk w0, #PIDFD, lsl #16
            0xAA1F03E2,                                                         // mov x2, xzr           no siginfo
            0xAA1F03E3,                                                         // mov x3, xzr           no flags
            MoveToW8 | Lower(PidfdSendSignal),                                  // movz w8, #SYS_pidfd_send_signal
            SupervisorCall,                                                     // svc #0
            Return,                                                             // ret
        ];
        return MemoryMarshal.AsBytes(code.AsSpan()).ToArray();
    }

    /// <inheritdoc cref="X64Machine.SignalWriter"/>
    public static byte[] SignalWriter(int pipe)
    {
        uint[] code =
        [
            0xF81F0FE0,                                                         // str x0, [sp, #-16]!   the signal, what is written
            0x910003E1,                                                         // mov x1, sp
            MoveToW0 | Lower(pipe),                                             // movz w0, #PIPE
            MoveToUpperW0 | Upper(pipe),                                        // movk w0, #PIPE, lsl #16
            0x52800022,                                                         // mov w2, #1
            MoveToW8 | Lower(Write),                                            // movz w8, #SYS_write
            SupervisorCall,                                                     // svc #0
            0x910043FF,                                                         // add sp, sp, #16
            Return,                                                             // ret
        ];
        return MemoryMarshal.AsBytes(code.AsSpan()).ToArray();
    }

    private static uint Lower(int value) => (uint)(value & 0xFFFF) << ImmediateShift;

    private static uint Upper(int value) => (uint)value >> 16 << ImmediateShift;
}
