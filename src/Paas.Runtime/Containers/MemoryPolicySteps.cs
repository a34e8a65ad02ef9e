using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>From which nodes of the machine the process takes memory (config-linux.md, Memory policy).</summary>
internal static unsafe class MemoryPolicySteps
{
    /// <summary>By the numbers that set_mempolicy(2) has for them.</summary>
    public static readonly string[] Modes =
        ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];

    /// <summary>By their bits, from <see cref="FirstFlag"/> on.</summary>
    public static readonly string[] Flags = ["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"];

    private const int FirstFlag = 13;

    /// <summary>Adds what the bundle asks for; what it keeps across execve is all of it. What makes sense together the kernel knows.</summary>
    /// <exception cref="RuntimeException">A word or a list that is none, said as runc does.</exception>
    public static void Add(LaunchProgram program, MemoryPolicyConfig? policy)
    {
        if (policy is null or { Mode: null or "", Nodes: null or "", Flags: null or { Count: 0 } }) return;
        var mode = Array.IndexOf(Modes, policy.Mode);
        if (mode < 0) throw new RuntimeException($"invalid memory policy mode: {policy.Mode}; use one of {string.Join(' ', Modes)}");
        foreach (var name in policy.Flags ?? [])
        {
            var flag = Array.IndexOf(Flags, name);
            if (flag < 0) throw new RuntimeException($"invalid memory policy flag: {name}; use some of {string.Join(' ', Flags)}");
            mode |= 1 << (FirstFlag + flag);
        }

        byte[] bits = [];
        if (!string.IsNullOrEmpty(policy.Nodes))
        {
            bits = ProcessorSet.Parse(policy.Nodes) ?? throw new RuntimeException($"invalid memory policy node list: {policy.Nodes}");
        }

        var mask = bits.Length == 0 ? 0 : program.Memory(bits.Length);
        bits.CopyTo(new Span<byte>((void*)mask, bits.Length));
        // The kernel counts one bit less than it is told.
        program.Add("set_mempolicy", policy.Mode, SYS_set_mempolicy, mode, mask, bits.Length == 0 ? 0 : (bits.Length * 8) + 1);
    }
}
