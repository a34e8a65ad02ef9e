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
    [InlineData(3, 2)]
    [InlineData(100, 17)]
    [InlineData(1024, 100)]
    [InlineData(4321, 316)]
    [InlineData(262144, 10000)]
    [InlineData(0, 1)]
    public void Shares_become_weights(ulong shares, ulong weight) => Assert.Equal(weight, UnifiedLimits.Weight(shares));

    [Theory]
    [InlineData("/")]
    [InlineData("relative")]
    [InlineData("/a/../b")]
    public void Paths_that_are_no_group_are_refused(string path) => Assert.Throws<ArgumentException>(() => ControlGroup.At(path));

    [Theory]
    [InlineData(10, 1)]
    [InlineData(750, 7475)]
    [InlineData(1000, 10000)]
    public void Weights_of_block_devices_are_scaled(uint weight, ulong scaled) => Assert.Equal(scaled, UnifiedBlockLimits.Weight(weight));

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(100, null, null)]
    [InlineData(100, 0, null)]
    [InlineData(null, 0, 0)]
    [InlineData(-1, null, -1)]
    [InlineData(-1, 0, -1)]
    [InlineData(100, -1, -1)]
    [InlineData(100, 100, 0)]
    [InlineData(100, 250, 150)]
    [InlineData(-1, 250, 250)]
    public void Swap_alone_is_what_memory_and_swap_leave(int? memory, int? both, int? swap) =>
        Assert.Equal(swap, UnifiedLimits.Swap(new MemoryLimits { Limit = memory, LimitAndSwap = both }));

    [Theory]
    [InlineData(null, 100, "unable to set swap limit without memory limit")]
    [InlineData(0, 100, "unable to set swap limit without memory limit")]
    [InlineData(200, 100, "memory+swap limit should be >= memory limit")]
    [InlineData(-2, 100, "invalid memory value: -2")]
    public void Swap_that_makes_no_sense_is_refused(int? memory, int both, string message) =>
        Assert.Equal(message, Assert.Throws<CgroupException>(() => UnifiedLimits.Swap(new MemoryLimits { Limit = memory, LimitAndSwap = both })).Message);

    [Theory]
    [InlineData("", "")]
    [InlineData("0-3,7", "0 1 2 3 7")]
    [InlineData("5\n", "5")]
    [InlineData("8-9", "8 9")]
    public void Lists_of_processors_are_read(string list, string numbers) => Assert.Equal(numbers, string.Join(' ', CpuList.Parse(list)));

    [Fact]
    public void A_list_of_processors_as_bits_has_the_lowest_first() => Assert.Equal([0x8F, 0x01], CpuList.ToBits("0-3,7-8"));

    [Theory]
    [InlineData("3-1")]
    [InlineData("a")]
    [InlineData("1-2-3")]
    [InlineData("0-99999999")]
    public void What_is_no_list_of_processors_is_refused(string list) => Assert.Throws<FormatException>(() => CpuList.Parse(list));

    [Theory]
    [InlineData("0::/user.slice/session-1.scope", true, "/user.slice/session-1.scope")]
    [InlineData("4:memory:/a\n0::/b", false, "/a")]
    [InlineData("4:cpu,memory:/a:b\n0::/b", false, "/a:b")]
    [InlineData("4:pids:/a", false, "/")]
    public void The_group_of_a_process_is_found(string text, bool unified, string path) =>
        Assert.Equal(path, CgroupHierarchies.PathOf(text.Split('\n'), unified));

    [RootFact]
    public void A_group_is_made_limited_and_removed()
    {
        var group = ControlGroup.At($"/paas-linux-test-{Environment.ProcessId}/inner");
        group.Create(new CgroupLimits());
        try
        {
            group.Apply(new CgroupLimits { Memory = new MemoryLimits { Limit = 64 << 20 }, Pids = 10, Processor = new ProcessorLimits { Shares = 512 } });
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

    [Fact]
    public void A_device_filter_says_what_the_last_rule_that_fits_says()
    {
        var random = new Random(20);
        for (var round = 0; round < 300; round++)
        {
            var rules = Enumerable.Range(0, random.Next(round < 290 ? 12 : 300)).Select(_ => AnyRule(random)).ToArray();
            var code = DeviceFilter.Compile(rules);
            foreach (var type in "bc")
            {
                for (var major = 0; major < 4; major++)
                {
                    for (var minor = 0; minor < 4; minor++)
                    {
                        foreach (var access in (string[])["r", "w", "m", "rw", "rwm"])
                        {
                            Assert.Equal(Allows(rules, type, major, minor, access), Allows(code, type, major, minor, access));
                        }
                    }
                }
            }
        }
    }

    private static DeviceAccess AnyRule(Random random) => new(
        random.Next(2) == 0,
        "abcc"[random.Next(4)],
        random.Next(5) is var major and > 0 ? major - 1 : null,
        random.Next(5) is var minor and > 0 ? minor - 1 : null,
        ((string[])["r", "rw", "m", "rwm", "rwm"])[random.Next(5)]);

    private static bool Allows(DeviceAccess[] rules, char type, int major, int minor, string access) =>
        rules.LastOrDefault(rule =>
            (rule.Type == 'a' || rule.Type == type) && (rule.Major ?? major) == major && (rule.Minor ?? minor) == minor
            && (rule.Allow ? access.All(rule.Access.Contains) : access.Any(rule.Access.Contains))).Allow;

    [RootFact]
    public void The_kernel_takes_a_device_filter_and_exchanges_it()
    {
        if (CgroupHierarchies.Current.Unified is not { } unified) return;
        var directory = Path.Combine(unified, $"paas-linux-devices-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        try
        {
            IReadOnlyList<DeviceAccess> rules = [new DeviceAccess(false, 'a', null, null, "rwm"), new DeviceAccess(true, 'c', 1, 3, "rw")];
            DeviceFilter.Attach(directory, rules, replace: false);
            var first = DeviceFilter.AttachedCount(directory);
            DeviceFilter.Attach(directory, rules, replace: true);
            Assert.Equal((1, 1), (first, DeviceFilter.AttachedCount(directory)));
            // Two, as another program's beside ours, become one.
            DeviceFilter.Attach(directory, rules, replace: false);
            Assert.Equal(2, DeviceFilter.AttachedCount(directory));
            DeviceFilter.Attach(directory, rules, replace: true);
            Assert.Equal(1, DeviceFilter.AttachedCount(directory));
            var random = new Random(21);
            for (var round = 0; round < 50; round++)
            {
                DeviceFilter.Attach(directory, [.. Enumerable.Range(0, random.Next(100)).Select(_ => AnyRule(random))], replace: true);
            }
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
                case Native.BPF_JMP | Native.BPF_JA:
                    at += operation.Offset;
                    break;
                case Native.BPF_JMP | Native.BPF_EXIT:
                    return registers[0] != 0;
                default:
                    throw new InvalidOperationException($"unexpected instruction {operation.Code:x}");
            }
        }
    }
}
