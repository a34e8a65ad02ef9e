using System.Runtime.InteropServices;
using System.Text;

namespace Paas.Linux.Tests.Architectures;

/// <summary>A program for arm64, written instruction by instruction around the machine code that is to be tried.</summary>
internal sealed class Arm64Program
{
    private const ulong Base = 0x400000;
    private const int HeaderBytes = 64 + 56;
    private const int DataStart = 0x1000;
    private const uint BranchWithLink = 0x94000000;
    private const uint MoveX19X0 = 0xAA0003F3;

    private readonly List<uint> _code = [];
    private readonly List<byte> _data = [];

    public Arm64Program(ReadOnlySpan<byte> systemCall)
    {
        // The entry jumps over it.
        _code.Add(0x14000000 | (uint)(1 + (systemCall.Length / 4)));
        _code.AddRange(MemoryMarshal.Cast<byte, uint>(systemCall));
    }

    /// <summary>Address of a text in memory.</summary>
    public long Text(string text)
    {
        var address = Base + DataStart + (ulong)_data.Count;
        _data.AddRange(Encoding.ASCII.GetBytes(text));
        while (_data.Count % 8 != 0) _data.Add(0);
        return (long)address;
    }

    /// <summary>Makes a system call; the result is kept.</summary>
    public void Call(long number, params ReadOnlySpan<long> arguments)
    {
        LoadAddress(0, Table(number, arguments));
        BranchTo(1);
        _code.Add(MoveX19X0);
    }

    /// <summary>The same with the last result as its first argument.</summary>
    public void CallWithLastResult(long number)
    {
        var table = Table(number);
        LoadAddress(0, table);
        _code.Add(0xF9000413); // str x19, [x0, #8]
        BranchTo(1);
        _code.Add(MoveX19X0);
    }

    /// <summary>Calls other code with a number as its argument.</summary>
    public void Branch(byte[] code, int argument)
    {
        var instructions = MemoryMarshal.Cast<byte, uint>(code);
        _code.Add(0x14000000 | (uint)(1 + instructions.Length));
        var start = _code.Count;
        _code.AddRange(instructions);
        _code.Add(0x52800000 | ((uint)argument << 5)); // movz w0, #argument
        BranchTo(start);
    }

    /// <summary>The file: one segment that may be read, written and executed.</summary>
    public byte[] ToElf()
    {
        var file = new byte[DataStart + _data.Count + 64];
        byte[] header =
        [
            0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xB7, 0, 1, 0, 0, 0,
        ];
        header.CopyTo(file, 0);
        Write(file, 24, Base + HeaderBytes); // entry
        Write(file, 32, 64); // program headers
        MemoryMarshal.Write(file.AsSpan(52), (ushort)64);
        MemoryMarshal.Write(file.AsSpan(54), (ushort)56);
        MemoryMarshal.Write(file.AsSpan(56), (ushort)1);
        MemoryMarshal.Write(file.AsSpan(64), 1); // PT_LOAD
        MemoryMarshal.Write(file.AsSpan(68), 7); // all rights
        Write(file, 80, Base);
        Write(file, 88, Base);
        Write(file, 96, (ulong)file.Length);
        Write(file, 104, (ulong)file.Length);
        Write(file, 112, 0x1000);
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_code)).CopyTo(file.AsSpan(HeaderBytes));
        _data.CopyTo(file, DataStart);
        return file;
    }

    private static void Write(byte[] file, int at, ulong value) => MemoryMarshal.Write(file.AsSpan(at), value);

    private long Table(long number, params ReadOnlySpan<long> arguments)
    {
        Span<long> table = stackalloc long[7];
        table.Clear();
        table[0] = number;
        arguments.CopyTo(table[1..]);
        var address = Base + DataStart + (ulong)_data.Count;
        _data.AddRange(MemoryMarshal.AsBytes(table));
        return (long)address;
    }

    private void LoadAddress(uint register, long address)
    {
        _code.Add(0xD2800000 | ((uint)(address & 0xFFFF) << 5) | register); // movz
        _code.Add(0xF2A00000 | ((uint)(address >> 16) << 5) | register); // movk, lsl #16
    }

    private void BranchTo(int instruction) => _code.Add(BranchWithLink | ((uint)(instruction - _code.Count) & 0x3FFFFFF));
}
