using Paas.Linux.Architectures;
using static Paas.Linux.Native;

namespace Paas.Linux.Launching;

/// <summary>
/// A few bytes of machine code that make one system call. Called through a managed function pointer it takes no part in the
/// runtime's garbage collection protocol: no transition, no poll, no thread-local storage. That makes it the only call that is
/// safe in a forked child, where no other thread of the runtime exists any more (docs/decisions/0006).
/// </summary>
public static unsafe class SyscallStub
{
    private const int Size = 4096;

    private static nint _address;
    private static nint _starter;

    /// <summary>The stub, mapped on first use and never unmapped. It takes a pointer to {number, six arguments}.</summary>
    public static delegate*<long*, long> Call
    {
        get
        {
            if (_address == 0) _address = MapCode(Machine.SystemCall);
            return (delegate*<long*, long>)_address;
        }
    }

    /// <summary><see cref="ChildCode.Starter"/>, mapped on first use and never unmapped.</summary>
    internal static delegate*<ChildStart*, long> Starter
    {
        get
        {
            if (_starter == 0) _starter = MapCode(ChildCode.Starter);
            return (delegate*<ChildStart*, long>)_starter;
        }
    }

    /// <summary>Maps code: written first, then made executable, never both at once.</summary>
    internal static nint MapCode(ReadOnlySpan<byte> code)
    {
        var address = Kernel.Check(
            Kernel.Call(SYS_mmap, 0, Size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "mmap");
        code.CopyTo(new Span<byte>((void*)address, Size));
        Kernel.Check(Kernel.Call(SYS_mprotect, address, Size, PROT_READ | PROT_EXEC), "mprotect");
        return address;
    }
}
