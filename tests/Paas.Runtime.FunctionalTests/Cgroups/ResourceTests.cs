using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Cgroups;

/// <summary>Limits in config.json (config-linux.md, Control groups) arrive where the kernel reads them.</summary>
[Trait("Machine", "Always")]
public sealed class ResourceTests
{
    private const string Forever = "sleep 1000";

    [RootFact]
    public void Limits_of_memory_processor_and_processes_are_set()
    {
        using var container = new TestContainer().Script(Forever).WithResources("""
            {"memory": {"limit": 67108864, "reservation": 33554432, "swap": 134217728},
             "cpu": {"shares": 1024, "quota": 50000, "period": 200000}, "pids": {"limit": 33}}
            """);
        container.RunDetached().ShouldSucceed();
        Assert.Equal("67108864", container.Limit("memory.max", "memory.limit_in_bytes"));
        Assert.Equal("33554432", container.Limit("memory.low", "memory.soft_limit_in_bytes"));
        if (HasSwapLimit(container))
        {
            Assert.Equal(GroupFiles.IsUnified ? "67108864" : "134217728", container.Limit("memory.swap.max", "memory.memsw.limit_in_bytes"));
        }

        Assert.Equal(GroupFiles.IsUnified ? "50000 200000" : "50000", container.Limit("cpu.max", "cpu.cfs_quota_us"));
        Assert.Equal("33", container.Limit("pids.max", "pids.max"));
        if (RuntimeUnderTest.IsOurs) Assert.Equal(GroupFiles.IsUnified ? "100" : "1024", container.Limit("cpu.weight", "cpu.shares"));
    }

    [OwnRootFact]
    public void Burst_and_idle_are_set()
    {
        using var container = new TestContainer().Script(Forever).WithResources("""{"cpu": {"quota": 50000, "burst": 20000, "idle": 1}}""");
        container.RunDetached().ShouldSucceed();
        Assert.Equal("20000", container.Limit("cpu.max.burst", "cpu.cfs_burst_us"));
        Assert.Equal("1", container.Limit("cpu.idle", "cpu.idle"));
    }

    [RootFact]
    public void Processors_and_memory_nodes_are_set()
    {
        if (!GroupFiles.Has("cpuset")) return;
        using var container = new TestContainer().Script(Forever).WithResources("""{"cpu": {"cpus": "0", "mems": "0"}}""");
        container.RunDetached().ShouldSucceed();
        Assert.Equal("0", container.Limit("cpuset.cpus", "cpuset.cpus"));
        Assert.Equal("0", container.Limit("cpuset.mems", "cpuset.mems"));
        Assert.Contains("Cpus_allowed_list:\t0\n", File.ReadAllText($"/proc/{container.Pid}/status"));
    }

    [RootFact]
    public void Rates_of_block_devices_are_set()
    {
        if (!GroupFiles.Has("io") || BlockDevice() is not { } device) return;
        var (major, minor) = (device.Split(':')[0], device.Split(':')[1]);
        using var container = new TestContainer().Script(Forever).WithResources($$$"""
            {"blockIO": {"throttleReadBpsDevice": [{"major": {{{major}}}, "minor": {{{minor}}}, "rate": 1048576}],
             "throttleWriteBpsDevice": [{"major": {{{major}}}, "minor": {{{minor}}}, "rate": 2097152}],
             "throttleReadIOPSDevice": [{"major": {{{major}}}, "minor": {{{minor}}}, "rate": 100}],
             "throttleWriteIOPSDevice": [{"major": {{{major}}}, "minor": {{{minor}}}, "rate": 200}]}}
            """);
        container.RunDetached().ShouldSucceed();
        if (GroupFiles.IsUnified)
        {
            Assert.Equal($"{device} rbps=1048576 wbps=2097152 riops=100 wiops=200", container.Limit("io.max", ""));
            return;
        }

        Assert.Equal($"{device} 1048576", container.Limit("", "blkio.throttle.read_bps_device"));
        Assert.Equal($"{device} 2097152", container.Limit("", "blkio.throttle.write_bps_device"));
        Assert.Equal($"{device} 100", container.Limit("", "blkio.throttle.read_iops_device"));
        Assert.Equal($"{device} 200", container.Limit("", "blkio.throttle.write_iops_device"));
    }

    [RootFact]
    public void Files_of_the_unified_hierarchy_are_v2_s()
    {
        using var container = new TestContainer().Script(Forever).WithResources("""{"unified": {"memory.high": "67108864"}}""");
        var outcome = container.RunDetached();
        if (GroupFiles.IsUnified)
        {
            outcome.ShouldSucceed();
            Assert.Equal("67108864", container.Limit("memory.high", ""));
            return;
        }

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("invalid configuration", outcome.Error);
        Assert.Empty(container.Cgroups());
    }

    [OwnRootFact]
    public void Unknown_names_in_the_unified_hierarchy_are_refused()
    {
        if (!GroupFiles.IsUnified) return;
        foreach (var (name, message) in (ReadOnlySpan<(string, string)>)
        [
            ("foo.bar", "the requested cgroup controller `foo` is not available"),
            ("NOT-A-KEY", "the specified key has not the form CONTROLLER.VALUE `NOT-A-KEY`"),
            ("memory.nothing", "No such file or directory"),
            ("../pids.max", "must be a file name (no slashes)"),
        ])
        {
            using var container = new TestContainer();
            container.Linux["resources"] = new JsonObject { ["unified"] = new JsonObject { [name] = "1" } };
            var outcome = container.Run();
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains(message, outcome.Error, StringComparison.OrdinalIgnoreCase);
            Assert.Empty(container.Cgroups());
        }
    }

    [OwnRootFact]
    public void A_limit_without_its_controller_is_an_error()
    {
        // No machine has RDMA's controller, or huge pages of this size.
        foreach (var resources in (ReadOnlySpan<string>)
        [
            """{"rdma": {"none0": {"hcaHandles": 1}}}""", """{"hugepageLimits": [{"pageSize": "7MB", "limit": 1}]}""",
        ])
        {
            using var container = new TestContainer().WithResources(resources);
            var outcome = container.Run();
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains("container could not join or create cgroup", outcome.Error);
            Assert.Empty(container.Cgroups());
        }
    }

    [OwnRootFact]
    public void Huge_pages_are_limited()
    {
        const string Size = "/sys/kernel/mm/hugepages/hugepages-2048kB";
        if (!Directory.Exists(Size)) return;
        using var container = new TestContainer().Script(Forever).WithResources("""{"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}""");
        container.RunDetached().ShouldSucceed();
        // Hybrid machines may have this controller in the unified hierarchy.
        var files = container.Cgroups().SelectMany(group => Directory.GetFiles(group, "hugetlb.2MB.*"))
            .Where(file => file.EndsWith(".max") || file.EndsWith(".limit_in_bytes")).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal("4194304", File.ReadAllText(file).Trim()));
    }

    [OwnRootFact]
    public void Swap_below_memory_is_refused()
    {
        using var container = new TestContainer().WithResources("""{"memory": {"limit": 67108864, "swap": 33554432}}""");
        Assert.NotEqual(0, container.Run().ExitCode);
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void What_only_one_version_can_limit_does_no_harm_on_the_other()
    {
        using var container = new TestContainer().WithResources("""
            {"memory": {"limit": 67108864, "swappiness": 10, "kernel": 1048576, "kernelTCP": 1048576, "useHierarchy": true}}
            """);
        container.Run().ShouldSucceed();
    }

    [OwnRootFact]
    public void The_kernels_buffers_for_tcp_are_limited_where_they_can_be()
    {
        using var container = new TestContainer().WithResources("""{"memory": {"limit": 67108864, "kernelTCP": 1048576}}""");
        container.Create().ShouldSucceed();
        var file = $"{container.GroupDirectory("memory")}/memory.kmem.tcp.limit_in_bytes";
        Assert.NotEqual(GroupFiles.IsUnified, File.Exists(file));
        if (!GroupFiles.IsUnified) Assert.Equal("1048576\n", File.ReadAllText(file));
    }

    private static bool HasSwapLimit(TestContainer container) =>
        File.Exists($"{container.GroupDirectory("memory")}/{(GroupFiles.IsUnified ? "memory.swap.max" : "memory.memsw.limit_in_bytes")}");

    // Any whole device will do: nothing is read or written.
    private static string? BlockDevice() => Directory.GetDirectories("/sys/block")
        .Where(path => File.Exists(path + "/queue/scheduler")).Select(path => File.ReadAllText(path + "/dev").Trim()).FirstOrDefault();
}
