using static Paas.Linux.Native;

namespace Paas.Linux.Tests.Seccomp;

/// <summary>Runs a seccomp filter as the kernel would: the part of classic BPF that filters use.</summary>
internal static class FilterMachine
{
    /// <summary>What the filter returns for a call.</summary>
    public static uint Run(sock_filter[] filter, uint architecture, uint number, params ReadOnlySpan<ulong> arguments)
    {
        Span<byte> data = stackalloc byte[64];
        data.Clear();
        BitConverter.TryWriteBytes(data, number);
        BitConverter.TryWriteBytes(data[4..], architecture);
        for (var i = 0; i < arguments.Length; i++) BitConverter.TryWriteBytes(data[(16 + (8 * i))..], arguments[i]);
        uint accumulator = 0;
        for (var at = 0; ; at++)
        {
            var instruction = filter[at];
            switch (instruction.code)
            {
                case BPF_LD | BPF_W | BPF_ABS:
                    accumulator = BitConverter.ToUInt32(data[(int)instruction.k..]);
                    break;
                case BPF_ALU | BPF_AND | BPF_K:
                    accumulator &= instruction.k;
                    break;
                case BPF_JMP | BPF_JA:
                    at += (int)instruction.k;
                    break;
                case BPF_JMP | BPF_JEQ | BPF_K:
                    at += accumulator == instruction.k ? instruction.jt : instruction.jf;
                    break;
                case BPF_JMP | BPF_JGT | BPF_K:
                    at += accumulator > instruction.k ? instruction.jt : instruction.jf;
                    break;
                case BPF_JMP | BPF_JGE | BPF_K:
                    at += accumulator >= instruction.k ? instruction.jt : instruction.jf;
                    break;
                case BPF_RET | BPF_K:
                    return instruction.k;
                default:
                    throw new InvalidOperationException($"unexpected instruction {instruction.code:x}");
            }
        }
    }
}
