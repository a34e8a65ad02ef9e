using static Paas.Linux.Native;

namespace Paas.Linux.Seccomp;

/// <summary>
/// Classic BPF with labels. All jumps go forward. A conditional jump reaches 255 instructions; where that is too short an
/// unconditional one, which reaches everywhere, is put behind it.
/// </summary>
internal sealed class FilterAssembler
{
    private readonly List<Instruction> _instructions = [];
    private readonly List<int> _labels = [];

    // A target of null is the next instruction.
    private readonly record struct Instruction(ushort Code, uint Value, int? IfTrue, int? IfFalse, bool IsJump);

    public int NewLabel()
    {
        _labels.Add(-1);
        return _labels.Count - 1;
    }

    public void Mark(int label) => _labels[label] = _instructions.Count;

    /// <summary>Loads 32 bits of struct seccomp_data, masked.</summary>
    public void Load(int offset, uint mask = uint.MaxValue)
    {
        Plain(BPF_LD | BPF_W | BPF_ABS, (uint)offset);
        if (mask != uint.MaxValue) Plain(BPF_ALU | BPF_AND | BPF_K, mask);
    }

    public void Return(uint action) => Plain(BPF_RET | BPF_K, action);

    /// <summary>Compares what was loaded and goes to a label or on.</summary>
    public void JumpIf(int comparison, uint value, int? ifTrue, int? ifFalse) =>
        _instructions.Add(new Instruction((ushort)(BPF_JMP | comparison | BPF_K), value, ifTrue, ifFalse, IsJump: true));

    /// <exception cref="ArgumentException">Too long for the kernel.</exception>
    public sock_filter[] Assemble()
    {
        // From the end, since only then every jump's distance is known when it is placed.
        var reversed = new List<sock_filter>(_instructions.Count + 64);
        var position = new int[_instructions.Count + 1];
        for (var i = _instructions.Count - 1; i >= 0; i--)
        {
            var instruction = _instructions[i];
            if (instruction.IsJump) Place(reversed, position, instruction, i + 1);
            else reversed.Add(new sock_filter { code = instruction.Code, k = instruction.Value });
            position[i] = reversed.Count;
        }

        if (reversed.Count > BPF_MAXINSNS) throw new ArgumentException($"the filter has {reversed.Count} instructions; the kernel takes {BPF_MAXINSNS}");
        reversed.Reverse();
        return [.. reversed];
    }

    // Positions count from the end: instructions between here and a target are what was placed since the target was.
    private void Place(List<sock_filter> reversed, int[] position, Instruction instruction, int following)
    {
        var whenTrue = Distance(instruction.IfTrue);
        var whenFalse = Distance(instruction.IfFalse);
        if (whenTrue > 250 || whenFalse > 250)
        {
            // jump true -> 0, false -> 1; ja true; ja false
            reversed.Add(new sock_filter { code = BPF_JMP | BPF_JA, k = (uint)whenFalse });
            reversed.Add(new sock_filter { code = BPF_JMP | BPF_JA, k = (uint)(whenTrue + 1) });
            (whenTrue, whenFalse) = (0, 1);
        }

        reversed.Add(new sock_filter { code = instruction.Code, jt = (byte)whenTrue, jf = (byte)whenFalse, k = instruction.Value });

        int Distance(int? label)
        {
            var target = label is { } known ? _labels[known] : following;
            return reversed.Count - position[target];
        }
    }

    private void Plain(int code, uint value) => _instructions.Add(new Instruction((ushort)code, value, null, null, IsJump: false));
}
