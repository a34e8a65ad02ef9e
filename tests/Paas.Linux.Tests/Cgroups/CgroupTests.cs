using Paas.Linux.Cgroups;
using Paas.Testing;
using Xunit;

namespace Paas.Linux.Tests.Cgroups;

public sealed class CgroupTests
{
    [Fact]
    public void Hybrid_hierarchies_are_recognised()
    {
        var hierarchies = CgroupHierarchies.Parse(
        [
            "30 24 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
            "31 30 0:27 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate",
            "32 30 0:28 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd",
            "33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:4 - cgroup cgroup rw,cpu,cpuacct",
            "34 30 0:30 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
        ]);
        Assert.False(hierarchies.IsUnified);
        Assert.Equal("/sys/fs/cgroup/unified", hierarchies.Unified);
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct", hierarchies.Legacy["cpuacct"]);
        Assert.Equal("/sys/fs/cgroup/systemd", hierarchies.Legacy["name=systemd"]);
        Assert.Equal(4, hierarchies.Legacy.Count);
    }

    [Fact]
    public void A_pure_unified_hierarchy_is_recognised()
    {
        var hierarchies = CgroupHierarchies.Parse(["30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot"]);
        Assert.True(hierarchies.IsUnified);
        Assert.Equal("/sys/fs/cgroup", hierarchies.Unified);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1024, 39)]
    [InlineData(262144, 10000)]
    [InlineData(0, 1)]
    public void Shares_become_weights(ulong shares, ulong weight) => Assert.Equal(weight, UnifiedLimits.Weight(shares));

    [Theory]
    [InlineData("/")]
    [InlineData("relative")]
    [InlineData("/a/../b")]
    public void Paths_that_are_no_group_are_refused(string path) => Assert.Throws<ArgumentException>(() => ControlGroup.At(path));

    [RootFact]
    public void A_group_is_made_limited_and_removed()
    {
        var group = ControlGroup.At($"/paas-linux-test-{Environment.ProcessId}/inner");
        group.Create();
        try
        {
            group.Apply(new CgroupLimits { Memory = 64 << 20, Pids = 10, CpuShares = 512 });
            Assert.Empty(group.Processes());
            Assert.Equal(0, group.OutOfMemoryKills());
            group.Kill();
        }
        finally
        {
            group.Remove();
            ControlGroup.At($"/paas-linux-test-{Environment.ProcessId}").Remove();
        }

        Assert.All(group.LegacyDirectories.Values, directory => Assert.False(Directory.Exists(directory)));
    }

    [Fact]
    public void Device_rules_are_asked_from_the_last_to_the_first()
    {
        var code = DeviceFilter.Compile(
        [
            new DeviceAccess(false, 'a', null, null, "rwm"),
            new DeviceAccess(true, 'c', 1, 3, "rw"),
            new DeviceAccess(true, 'b', null, null, "m"),
        ]);
        Assert.True(Allows(code, 'c', 1, 3, "r"));
        Assert.True(Allows(code, 'c', 1, 3, "rw"));
        Assert.False(Allows(code, 'c', 1, 3, "rwm"));
        Assert.False(Allows(code, 'c', 1, 5, "r"));
        Assert.False(Allows(code, 'b', 1, 3, "r"));
        Assert.True(Allows(code, 'b', 8, 0, "m"));
    }

    [RootFact]
    public void The_kernel_takes_a_device_filter()
    {
        if (CgroupHierarchies.Current.Unified is not { } unified) return;
        var directory = Path.Combine(unified, $"paas-linux-devices-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        try
        {
            DeviceFilter.Attach(directory, [new DeviceAccess(false, 'a', null, null, "rwm"), new DeviceAccess(true, 'c', 1, 3, "rw")]);
        }
        finally
        {
            Directory.Delete(directory);
        }
    }

    // Runs the few instructions the filter uses.
    private static bool Allows(DeviceFilter.Instruction[] code, char type, int major, int minor, string access)
    {
        var kind = type == 'b' ? Native.BPF_DEVCG_DEV_BLOCK : Native.BPF_DEVCG_DEV_CHAR;
        var bits = (access.Contains('m') ? 1 : 0) | (access.Contains('r') ? 2 : 0) | (access.Contains('w') ? 4 : 0);
        var context = new[] { kind | (bits << 16), major, minor };
        var registers = new long[11];
        for (var at = 0; ; at++)
        {
            var (operation, to, from) = (code[at], code[at].Registers & 15, code[at].Registers >> 4);
            switch (operation.Code)
            {
                case Native.BPF_LDX | Native.BPF_MEM | Native.BPF_W:
                    registers[to] = context[operation.Offset / 4];
                    break;
                case Native.BPF_ALU | Native.BPF_AND | Native.BPF_K:
                    registers[to] = (uint)registers[to] & (uint)operation.Value;
                    break;
                case Native.BPF_ALU | Native.BPF_RSH | Native.BPF_K:
                    registers[to] = (uint)registers[to] >> operation.Value;
                    break;
                case Native.BPF_ALU | Native.BPF_MOV | Native.BPF_X:
                    registers[to] = (uint)registers[from];
                    break;
                case Native.BPF_ALU64 | Native.BPF_MOV | Native.BPF_K:
                    registers[to] = operation.Value;
                    break;
                case Native.BPF_JMP | Native.BPF_JNE | Native.BPF_K:
                    if (registers[to] != operation.Value) at += operation.Offset;
                    break;
                case Native.BPF_JMP | Native.BPF_JEQ | Native.BPF_K:
                    if (registers[to] == operation.Value) at += operation.Offset;
                    break;
                case Native.BPF_JMP | Native.BPF_EXIT:
                    return registers[0] != 0;
                default:
                    throw new InvalidOperationException($"unexpected instruction {operation.Code:x}");
            }
        }
    }
}
