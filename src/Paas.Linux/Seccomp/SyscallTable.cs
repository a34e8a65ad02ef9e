using Paas.Linux.Architectures;

namespace Paas.Linux.Seccomp;

/// <summary>Ways into one kernel, each with numbers of its own for the same calls.</summary>
[Flags]
public enum SyscallAbis
{
    None = 0,

    /// <summary>That of the machine's own 64-bit programs.</summary>
    Native = 1,

    /// <summary>That of 32-bit programs of the machine's family: i386 on x86-64, ARM EABI on arm64.</summary>
    Compat = 2,

    /// <summary>x86-64 with 32-bit pointers: a bit in the number tells its calls from the native ones.</summary>
    X32 = 4,
}

/// <summary>A call's number in each ABI, without <see cref="SyscallTable.X32Bit"/>; <see cref="SyscallTable.None"/> where there is no such call.</summary>
/// <param name="Native">For <see cref="SyscallAbis.Native"/>.</param>
/// <param name="Compat">For <see cref="SyscallAbis.Compat"/>.</param>
/// <param name="X32">For <see cref="SyscallAbis.X32"/>.</param>
/// <param name="Multiplexer">Another call of the compat ABI that does the same when its first argument is <paramref name="Subcall"/>.</param>
/// <param name="Subcall">See <paramref name="Multiplexer"/>.</param>
public readonly record struct SyscallNumbers(int Native, int Compat, int X32, int Multiplexer, int Subcall)
{
    /// <summary>A call this machine does not have.</summary>
    public static SyscallNumbers Unknown => new(SyscallTable.None, SyscallTable.None, SyscallTable.None, SyscallTable.None, 0);

    /// <summary>The number in one ABI.</summary>
    public int In(SyscallAbis abi) => abi switch
    {
        SyscallAbis.Native => Native,
        SyscallAbis.Compat => Compat,
        _ => X32,
    };
}

/// <summary>The system calls of one machine by name, as seccomp sees them. One implementation for each architecture.</summary>
public abstract class SyscallTable
{
    /// <summary>No such call.</summary>
    public const int None = -1;

    /// <summary>The table of the machine this program is compiled for.</summary>
    public static SyscallTable Current => Machine.Syscalls;

    /// <summary>Numbers of the call of that name; <see cref="SyscallNumbers.Unknown"/> for a name this table does not have.</summary>
    public abstract SyscallNumbers Find(string name);

    /// <summary>The ABI that a word of the specification (<c>SCMP_ARCH_*</c>) stands for; none for one that this machine's kernels do not offer.</summary>
    public abstract SyscallAbis Abi(string architecture);

    /// <summary>AUDIT_ARCH_* of native calls, and of x32's.</summary>
    public abstract uint NativeArchitecture { get; }

    /// <summary>AUDIT_ARCH_* of compat calls.</summary>
    public abstract uint CompatArchitecture { get; }

    /// <summary>What tells x32's numbers from native ones, or 0.</summary>
    public abstract uint X32Bit { get; }
}
