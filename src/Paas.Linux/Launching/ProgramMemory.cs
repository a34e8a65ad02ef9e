using static Paas.Linux.Native;

namespace Paas.Linux.Launching;

/// <summary>
/// Memory of one program at addresses that are free in every process, so that a <see cref="ChildImage"/> can hold it at the same
/// ones: pointers from one part to another stay right. Given back when disposed.
/// </summary>
internal sealed unsafe class ProgramMemory : IDisposable
{
    // Far above programs and their heaps, far below libraries and stacks.
    private const long Lowest = 0x2000_0000_0000;
    private const long RegionSize = 1L << 32;
    private const long Regions = 20_000;

    // Room for a child's header and code.
    private const long CodeSize = 1L << 20;
    private const int PageSize = 4096;
    private const int MAP_FIXED_NOREPLACE = 0x100000;

    private static long _programs;

    private readonly List<(nint Address, long Size)> _mapped = [];
    private nint _next;

    public ProgramMemory()
    {
        Base = (nint)(Lowest + (Interlocked.Increment(ref _programs) % Regions * RegionSize));
        _next = (nint)(Base + CodeSize);
    }

    /// <summary>Where a child's header and code can be; nothing is mapped there.</summary>
    public nint Base { get; }

    /// <summary>Zeroed memory that begins a page.</summary>
    public byte* Map(long size)
    {
        size = (size + PageSize - 1) & ~(PageSize - 1L);
        var address = Kernel.Check(
            Kernel.Call(SYS_mmap, _next, (nint)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0), "mmap");
        _mapped.Add((address, size));
        _next += (nint)size;
        return (byte*)address;
    }

    public void Dispose()
    {
        foreach (var (address, size) in _mapped) Kernel.Call(SYS_munmap, address, (nint)size);
        _mapped.Clear();
    }
}
