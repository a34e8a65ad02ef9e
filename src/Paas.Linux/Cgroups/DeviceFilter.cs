using System.Runtime.InteropServices;
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

    [StructLayout(LayoutKind.Sequential)]
    internal struct Instruction
    {
        public byte Code;
        public byte Registers;
        public short Offset;
        public int Value;
    }

    public static void Attach(string directory, IReadOnlyList<DeviceAccess> rules)
    {
        var code = Compile(rules);
        using var group = Files.Open(directory, O_RDONLY | O_DIRECTORY);
        fixed (Instruction* instructions = code)
        fixed (byte* license = Kernel.Utf8("Apache-2.0"))
        {
            // union bpf_attr of BPF_PROG_LOAD: type, count, instructions, license; the rest zero.
            var load = stackalloc ulong[16];
            load[0] = BPF_PROG_TYPE_CGROUP_DEVICE | ((ulong)code.Length << 32);
            load[1] = (ulong)instructions;
            load[2] = (ulong)license;
            using var program = Kernel.Handle(Kernel.Call(SYS_bpf, BPF_PROG_LOAD, (nint)load, 48), "bpf BPF_PROG_LOAD");
            // BPF_PROG_ATTACH: group, program, type, flags.
            var attach = stackalloc uint[4];
            attach[0] = (uint)group.DangerousGetHandle();
            attach[1] = (uint)program.DangerousGetHandle();
            attach[2] = BPF_CGROUP_DEVICE;
            attach[3] = BPF_F_ALLOW_MULTI;
            Kernel.Check(Kernel.Call(SYS_bpf, BPF_PROG_ATTACH, (nint)attach, 16), "bpf BPF_PROG_ATTACH", directory);
        }
    }

    /// <summary>The last rule that fits decides, so they are asked from the last to the first.</summary>
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
        for (var i = rules.Count - 1; i >= 0; i--)
        {
            // The kernel refuses programs with instructions that nothing leads to.
            if (Add(code, rules[i])) return [.. code];
        }

        Return(code, 0);
        return [.. code];
    }

    // True when the rule decides every case that reaches it.
    private static bool Add(List<Instruction> code, DeviceAccess rule)
    {
        var tests = new List<Instruction>();
        var bits = (rule.Access.Contains('m') ? BPF_DEVCG_ACC_MKNOD : 0)
            | (rule.Access.Contains('r') ? BPF_DEVCG_ACC_READ : 0)
            | (rule.Access.Contains('w') ? BPF_DEVCG_ACC_WRITE : 0);
        if (rule.Type != 'a')
        {
            tests.Add(Op(BPF_JMP | BPF_JNE | BPF_K, Type, 0, 0, rule.Type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
        }

        if (bits != (BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE))
        {
            // Allowing fits when nothing beyond it is asked for; refusing fits when any of it is.
            tests.Add(Op(BPF_ALU | BPF_MOV | BPF_X, Scratch, Access, 0, 0));
            tests.Add(Op(BPF_ALU | BPF_AND | BPF_K, Scratch, 0, 0, rule.Allow ? ~bits : bits));
            tests.Add(Op(BPF_JMP | (rule.Allow ? BPF_JNE : BPF_JEQ) | BPF_K, Scratch, 0, 0, 0));
        }

        if (rule.Major is { } major) tests.Add(Op(BPF_JMP | BPF_JNE | BPF_K, Major, 0, 0, (int)major));
        if (rule.Minor is { } minor) tests.Add(Op(BPF_JMP | BPF_JNE | BPF_K, Minor, 0, 0, (int)minor));
        for (var i = 0; i < tests.Count; i++)
        {
            // A test that fails jumps over the remaining ones and the two instructions of the answer.
            var test = tests[i];
            if ((test.Code & 7) == BPF_JMP) test.Offset = (short)(tests.Count - i - 1 + 2);
            code.Add(test);
        }

        Return(code, rule.Allow ? 1 : 0);
        return tests.Count == 0;
    }

    private static void Return(List<Instruction> code, int answer)
    {
        code.Add(Op(BPF_ALU64 | BPF_MOV | BPF_K, Answer, 0, 0, answer));
        code.Add(Op(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
    }

    private static Instruction Op(int code, byte destination, byte source, short offset, int value) =>
        new() { Code = (byte)code, Registers = (byte)(destination | (source << 4)), Offset = offset, Value = value };
}
