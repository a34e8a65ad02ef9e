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

    // Where a process has 39 bits of addresses only, as under user-mode Linux.
    private const long LowestOfFew = 0x10_0000_0000;
    private const long FewRegions = 64;

    // Room for a child's header and code.
    private const long CodeSize = 1L << 20;
    private const int PageSize = 4096;
    private const int MAP_FIXED_NOREPLACE = 0x100000;

    // All of it will be written, and page by page it would cost a fault each.
    private const int MAP_POPULATE = 0x8000;

    private static long _programs;
    private static bool _fewAddresses;

    private readonly List<(nint Address, long Size)> _mapped = [];
    private nint _next;

    public ProgramMemory() => ChooseRegion();

    /// <summary>Where a child's header and code can be; nothing is mapped there. Final once memory was mapped.</summary>
    public nint Base { get; private set; }

    /// <summary>Zeroed memory that begins a page.</summary>
    public byte* Map(long size)
    {
        size = (size + PageSize - 1) & ~(PageSize - 1L);
        var result = MapAtNext(size);
        if (result == -Errno.ENOMEM && _mapped.Count == 0 && !_fewAddresses)
        {
            _fewAddresses = true;
            ChooseRegion();
            result = MapAtNext(size);
        }

        var address = Kernel.Check(result, "mmap");
        _mapped.Add((address, size));
        _next += (nint)size;
        return (byte*)address;
    }

    private nint MapAtNext(long size) =>
        Kernel.Call(SYS_mmap, _next, (nint)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_POPULATE, -1, 0);

    private void ChooseRegion()
    {
        var number = Interlocked.Increment(ref _programs);
        Base = (nint)(_fewAddresses ? LowestOfFew + (number % FewRegions * RegionSize) : Lowest + (number % Regions * RegionSize));
        _next = (nint)(Base + CodeSize);
    }

    public void Dispose()
    {
        foreach (var (address, size) in _mapped) Kernel.Call(SYS_munmap, address, (nint)size);
        _mapped.Clear();
    }
}
