using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Launching;

/// <summary>
/// A <see cref="LaunchProgram"/> as an executable of its own: an ELF file in memory that consists of the program and a few hundred
/// bytes of code that walk over it. A child that runs it has nothing of this process but descriptors. Whatever a container does to
/// the program behind its <c>/proc/PID/exe</c>, it finds only that sealed file and never this program's on the host (CVE-2019-5736).
/// </summary>
internal static unsafe class ChildImage
{
    private const int PageSize = 4096;
    private const int HeaderSize = 64;
    private const int SegmentSize = 56;

    // linux/memfd.h of 6.3.
    private const int MFD_EXEC = 0x10;

    private static bool? _available;

    // What was opened to find out whether it can be, for the first program.
    private static SafeFileHandle? _opened;

    /// <summary>Whether such files can be executed here: an administrator may forbid it (<c>vm.memfd_noexec</c>).</summary>
    public static bool IsAvailable
    {
        get
        {
            if (_available is { } known) return known;
            if (RuntimeInformation.ProcessArchitecture != Architecture.X64) return (_available = false).Value;
            var file = OpenFile();
            if (file >= 0) _opened = new SafeFileHandle(file, ownsHandle: true);
            return (_available = file >= 0).Value;
        }
    }

    /// <summary>Makes the file. The program must be complete.</summary>
    /// <param name="program">What the child does.</param>
    /// <param name="status">Descriptor the child reports through.</param>
    public static SafeFileHandle Create(LaunchProgram program, int status)
    {
        var registers = program.Memory((program.RegisterCount + 1) * sizeof(long));
        var code = ChildCode.InterpreterFor((nint)program.Operations, registers, program.Count, status);
        var blocks = program.Blocks;
        var first = new byte[(HeaderSize + ((blocks.Count + 1) * SegmentSize) + 15) & ~15];
        var entry = first.Length;
        var file = Interlocked.Exchange(ref _opened, null) ?? Kernel.Handle(OpenFile(), "memfd_create");
        try
        {
            WriteHeader(first, program.Base, entry, blocks.Count + 1);
            WriteSegment(first, 0, executable: true, 0, program.Base, entry + code.Length);
            long offset = RoundUp(entry + code.Length);
            for (var i = 0; i < blocks.Count; i++)
            {
                var (address, used) = blocks[i];
                WriteSegment(first, i + 1, executable: false, offset, address, used);
                RandomAccess.Write(file, new ReadOnlySpan<byte>((void*)address, used), offset);
                offset += RoundUp(used);
            }

            RandomAccess.Write(file, first, 0);
            RandomAccess.Write(file, code, entry);
            const int Seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
            Kernel.Check(Kernel.Call(SYS_fcntl, file.DangerousGetHandle(), F_ADD_SEALS, Seals), "fcntl F_ADD_SEALS");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static nint OpenFile()
    {
        fixed (byte* name = Kernel.Utf8("paas-runtime"))
        {
            const int Flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
            var file = Kernel.Call(SYS_memfd_create, (nint)name, Flags | MFD_EXEC);
            // Kernels before 6.3 know no such flag and let every such file be executed.
            return file == -Errno.EINVAL ? Kernel.Call(SYS_memfd_create, (nint)name, Flags) : file;
        }
    }

    // elf(5): a file that is loaded at the addresses it says.
    private static void WriteHeader(Span<byte> file, nint address, int entry, int segments)
    {
        ReadOnlySpan<byte> identification = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2 /* 64 bits */, 1 /* little endian */, 1];
        identification.CopyTo(file);
        MemoryMarshal.Write(file[16..], (ushort)2); // ET_EXEC
        MemoryMarshal.Write(file[18..], (ushort)62); // EM_X86_64
        MemoryMarshal.Write(file[20..], 1);
        MemoryMarshal.Write(file[24..], (long)(address + entry));
        MemoryMarshal.Write(file[32..], (long)HeaderSize);
        MemoryMarshal.Write(file[52..], (ushort)HeaderSize);
        MemoryMarshal.Write(file[54..], (ushort)SegmentSize);
        MemoryMarshal.Write(file[56..], (ushort)segments);
    }

    private static void WriteSegment(Span<byte> file, int number, bool executable, long offset, nint address, long size)
    {
        var segment = file[(HeaderSize + (number * SegmentSize))..];
        const int Load = 1, Execute = 1, Write = 2, Read = 4;
        MemoryMarshal.Write(segment, Load);
        MemoryMarshal.Write(segment[4..], executable ? Read | Execute : Read | Write);
        MemoryMarshal.Write(segment[8..], offset);
        MemoryMarshal.Write(segment[16..], (long)address);
        MemoryMarshal.Write(segment[24..], (long)address);
        MemoryMarshal.Write(segment[32..], size);
        MemoryMarshal.Write(segment[40..], size);
        MemoryMarshal.Write(segment[48..], (long)PageSize);
    }

    private static long RoundUp(long size) => (size + PageSize - 1) & ~(PageSize - 1L);
}
