using static Paas.Linux.Native;

namespace Paas.Linux.Seccomp;

/// <summary>
/// Classic BPF written from its end to its start. All its jumps go forward, so wherever one is written its targets are known already. A
/// place in the program is what the method that wrote the instruction there returned.
/// </summary>
internal sealed class FilterAssembler
{
    // A conditional jump reaches 255 instructions; a few less leave room for the long jumps that may be put between.
    private const int Reach = 250;

    private sock_filter[] _reversed = new sock_filter[128];
    private readonly List<(uint Action, int Place)> _returns = [];
    private int _count;

    /// <summary>Ends with an action. One such instruction serves every jump it is near to.</summary>
    public int Return(uint action)
    {
        for (var i = _returns.Count - 1; i >= 0 && _count - _returns[i].Place < Reach / 2; i--)
        {
            if (_returns[i].Action == action) return _returns[i].Place;
        }

        var place = Write(BPF_RET | BPF_K, action);
        _returns.Add((action, place));
        return place;
    }

    /// <summary>Loads 32 bits of struct seccomp_data, masked, and goes on.</summary>
    public int Load(int offset, uint mask, int next)
    {
        if (next != _count - 1) Write(BPF_JMP | BPF_JA, (uint)(_count - next - 1));
        if (mask != uint.MaxValue) Write(BPF_ALU | BPF_AND | BPF_K, mask);
        return Write(BPF_LD | BPF_W | BPF_ABS, (uint)offset);
    }

    /// <summary>Compares what was loaded and goes to one of two places.</summary>
    public int JumpIf(int comparison, uint value, int whenTrue, int whenFalse)
    {
        whenTrue = Near(whenTrue);
        whenFalse = Near(whenFalse);
        return Write(BPF_JMP | comparison | BPF_K, value, _count - whenTrue - 1, _count - whenFalse - 1);
    }

    /// <summary>The program.</summary>
    /// <exception cref="ArgumentException">It is too long for the kernel.</exception>
    public sock_filter[] Assemble()
    {
        if (_count > BPF_MAXINSNS) throw new ArgumentException($"the filter has {_count} instructions; the kernel takes {BPF_MAXINSNS}");
        var program = _reversed.AsSpan(0, _count).ToArray();
        Array.Reverse(program);
        return program;
    }

    private int Near(int place) => _count - place - 1 <= Reach ? place : Write(BPF_JMP | BPF_JA, (uint)(_count - place - 1));

    private int Write(int code, uint value, int whenTrue = 0, int whenFalse = 0)
    {
        if (_count == _reversed.Length) Array.Resize(ref _reversed, 2 * _count);
        _reversed[_count] = new sock_filter { code = (ushort)code, jt = (byte)whenTrue, jf = (byte)whenFalse, k = value };
        return _count++;
    }
}
