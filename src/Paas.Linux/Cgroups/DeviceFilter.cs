using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>Device rules on v2: an eBPF program of type BPF_PROG_TYPE_CGROUP_DEVICE, attached to the group for as long as it lives.</summary>
internal static unsafe class DeviceFilter
{
    // Registers: r1 is the context (struct bpf_cgroup_dev_ctx), r0 the answer.
    private const byte Answer = 0;
    private const byte Context = 1;
    private const byte Type = 2;
    private const byte Access = 3;
    private const byte Major = 4;
    private const byte Minor = 5;
    private const byte Scratch = 6;

    // Where jumps lead, until the distance is known.
    private const short ToNext = -1;
    private const short ToAnswer = -2;

    // So that no jump is longer than 16 bits can tell.
    private const int MostAlike = 64;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Instruction
    {
        public byte Code;
        public byte Registers;
        public short Offset;
        public int Value;
    }

    /// <summary>Puts the rules into effect.</summary>
    /// <param name="directory">The group, in the unified hierarchy.</param>
    /// <param name="rules">As <see cref="CgroupLimits.Devices"/> has them.</param>
    /// <param name="replace">Whether the group may have a program already, whose place the new one takes at once.</param>
    public static void Attach(string directory, IReadOnlyList<DeviceAccess> rules, bool replace)
    {
        using var group = Files.Open(directory, O_RDONLY | O_DIRECTORY);
        using var program = Load(Compile(rules));
        var old = replace ? Attached(group, directory) : [];
        try
        {
            // One program can be exchanged for another; with more, all must allow: until the old are gone, nothing new is allowed.
            var exchanged = old.Count == 1;
            var attach = stackalloc uint[5];
            attach[0] = (uint)group.DangerousGetHandle();
            attach[1] = (uint)program.DangerousGetHandle();
            attach[2] = BPF_CGROUP_DEVICE;
            attach[3] = (uint)(BPF_F_ALLOW_MULTI | (exchanged ? BPF_F_REPLACE : 0));
            attach[4] = exchanged ? (uint)old[0].DangerousGetHandle() : 0;
            Kernel.Check(Kernel.Call(SYS_bpf, BPF_PROG_ATTACH, (nint)attach, 20), "bpf BPF_PROG_ATTACH", directory);
            if (!exchanged) Detach(group, old, directory);
        }
        finally
        {
            foreach (var handle in old) handle.Dispose();
        }
    }

    /// <summary>How many programs decide on the group's devices, besides those of the groups above.</summary>
    internal static int AttachedCount(string directory)
    {
        using var group = Files.Open(directory, O_RDONLY | O_DIRECTORY);
        var programs = Attached(group, directory);
        foreach (var program in programs) program.Dispose();
        return programs.Count;
    }

    private static SafeFileHandle Load(Instruction[] code)
    {
        fixed (Instruction* instructions = code)
        fixed (byte* license = Kernel.Utf8("Apache-2.0"))
        {
            // union bpf_attr of BPF_PROG_LOAD: type, count, instructions, license; the rest zero.
            var load = stackalloc ulong[16];
            load[0] = BPF_PROG_TYPE_CGROUP_DEVICE | ((ulong)code.Length << 32);
            load[1] = (ulong)instructions;
            load[2] = (ulong)license;
            return Kernel.Handle(Kernel.Call(SYS_bpf, BPF_PROG_LOAD, (nint)load, 48), "bpf BPF_PROG_LOAD");
        }
    }

    private static List<SafeFileHandle> Attached(SafeFileHandle group, string directory)
    {
        const int Most = 64;
        var ids = stackalloc uint[Most];
        // Group, type, flags, answer's flags, ids, count.
        var query = stackalloc ulong[4];
        query[0] = (ulong)group.DangerousGetHandle() | ((ulong)BPF_CGROUP_DEVICE << 32);
        query[2] = (ulong)ids;
        query[3] = Most;
        Kernel.Check(Kernel.Call(SYS_bpf, BPF_PROG_QUERY, (nint)query, 32), "bpf BPF_PROG_QUERY", directory);
        var programs = new List<SafeFileHandle>();
        for (var i = 0; i < (int)(uint)query[3]; i++)
        {
            ulong id = ids[i];
            var result = Kernel.Call(SYS_bpf, BPF_PROG_GET_FD_BY_ID, (nint)(&id), 8);
            // Gone since.
            if (result != -Errno.ENOENT) programs.Add(Kernel.Handle(result, "bpf BPF_PROG_GET_FD_BY_ID"));
        }

        return programs;
    }

    private static void Detach(SafeFileHandle group, List<SafeFileHandle> programs, string directory)
    {
        var detach = stackalloc uint[4];
        foreach (var program in programs)
        {
            detach[0] = (uint)group.DangerousGetHandle();
            detach[1] = (uint)program.DangerousGetHandle();
            detach[2] = BPF_CGROUP_DEVICE;
            detach[3] = 0;
            Kernel.Check(Kernel.Call(SYS_bpf, BPF_PROG_DETACH, (nint)detach, 16), "bpf BPF_PROG_DETACH", directory);
        }
    }

    /// <summary>
    /// The last rule that fits decides, so they are asked from the last to the first. Rules that follow each other and differ in
    /// their numbers only share one test of what they have in common: what the kernel takes to check a program is told by its
    /// conditions.
    /// </summary>
    internal static Instruction[] Compile(IReadOnlyList<DeviceAccess> rules)
    {
        var code = new List<Instruction>
        {
            Op(BPF_LDX | BPF_MEM | BPF_W, Type, Context, 0, 0),
            Op(BPF_ALU | BPF_AND | BPF_K, Type, 0, 0, 0xFFFF),
            Op(BPF_LDX | BPF_MEM | BPF_W, Access, Context, 0, 0),
            Op(BPF_ALU | BPF_RSH | BPF_K, Access, 0, 0, 16),
            Op(BPF_LDX | BPF_MEM | BPF_W, Major, Context, 4, 0),
            Op(BPF_LDX | BPF_MEM | BPF_W, Minor, Context, 8, 0),
        };
        for (var last = rules.Count - 1; last >= 0;)
        {
            var first = last;
            while (first > 0 && last - first < MostAlike - 1 && AreAlike(rules[first - 1], rules[last])) first--;
            // The kernel refuses programs with instructions that nothing leads to.
            if (Add(code, rules, first, last)) return [.. code];
            last = first - 1;
        }

        Return(code, 0);
        return [.. code];
    }

    private static bool AreAlike(DeviceAccess one, DeviceAccess other) =>
        one.Allow == other.Allow && one.Type == other.Type && Bits(one) == Bits(other);

    private static int Bits(DeviceAccess rule) =>
        (rule.Access.Contains('m') ? BPF_DEVCG_ACC_MKNOD : 0)
        | (rule.Access.Contains('r') ? BPF_DEVCG_ACC_READ : 0)
        | (rule.Access.Contains('w') ? BPF_DEVCG_ACC_WRITE : 0);

    // True when the rules, alike and in any order, decide every case that reaches them.
    private static bool Add(List<Instruction> code, IReadOnlyList<DeviceAccess> rules, int first, int last)
    {
        var begin = code.Count;
        var (rule, bits) = (rules[last], Bits(rules[last]));
        if (rule.Type != 'a')
        {
            code.Add(Op(BPF_JMP | BPF_JNE | BPF_K, Type, 0, ToNext, rule.Type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
        }

        if (bits != (BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE))
        {
            // Allowing fits when nothing beyond it is asked for; refusing fits when any of it is.
            code.Add(Op(BPF_ALU | BPF_MOV | BPF_X, Scratch, Access, 0, 0));
            code.Add(Op(BPF_ALU | BPF_AND | BPF_K, Scratch, 0, 0, rule.Allow ? ~bits : bits));
            code.Add(Op(BPF_JMP | (rule.Allow ? BPF_JNE : BPF_JEQ) | BPF_K, Scratch, 0, ToNext, 0));
        }

        var isConditional = code.Count > begin;
        var numbers = AddNumbers(code, rules, first, last);
        Return(code, rule.Allow ? 1 : 0);
        Settle(code, begin);
        return !isConditional && !numbers;
    }

    // False when one of the rules is about all numbers.
    private static bool AddNumbers(List<Instruction> code, IReadOnlyList<DeviceAccess> rules, int first, int last)
    {
        for (var i = first; i <= last; i++)
        {
            if (rules[i] is { Major: null, Minor: null }) return false;
        }

        for (var i = first; i <= last; i++)
        {
            var major = rules[i].Major;
            var isKnown = false;
            for (var before = first; before < i; before++) isKnown |= rules[before].Major == major;
            if (!isKnown) AddMajor(code, rules, i, last, major);
        }

        code.Add(Op(BPF_JMP | BPF_JA, 0, 0, ToNext, 0));
        return true;
    }

    // All rules about one major number, or about any.
    private static void AddMajor(List<Instruction> code, IReadOnlyList<DeviceAccess> rules, int first, int last, long? major)
    {
        var minors = new List<int>();
        for (var i = first; i <= last; i++)
        {
            if (rules[i].Major != major) continue;
            if (rules[i].Minor is not { } minor)
            {
                code.Add(Op(BPF_JMP | BPF_JEQ | BPF_K, Major, 0, ToAnswer, (int)major!.Value));
                return;
            }

            minors.Add((int)minor);
        }

        if (major is { } number) code.Add(Op(BPF_JMP | BPF_JNE | BPF_K, Major, 0, (short)minors.Count, (int)number));
        foreach (var minor in minors) code.Add(Op(BPF_JMP | BPF_JEQ | BPF_K, Minor, 0, ToAnswer, minor));
    }

    // Gives the jumps since there their distances: the answer's two instructions are the last.
    private static void Settle(List<Instruction> code, int begin)
    {
        for (var i = begin; i < code.Count - 2; i++)
        {
            var instruction = code[i];
            if (instruction.Offset == ToNext) instruction.Offset = (short)(code.Count - i - 1);
            else if (instruction.Offset == ToAnswer) instruction.Offset = (short)(code.Count - 2 - i - 1);
            code[i] = instruction;
        }
    }

    private static void Return(List<Instruction> code, int answer)
    {
        code.Add(Op(BPF_ALU64 | BPF_MOV | BPF_K, Answer, 0, 0, answer));
        code.Add(Op(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
    }

    private static Instruction Op(int code, byte destination, byte source, short offset, int value) =>
        new() { Code = (byte)code, Registers = (byte)(destination | (source << 4)), Offset = offset, Value = value };
}
