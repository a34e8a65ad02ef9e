using Paas.Linux.Cgroups;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;
using Paas.Runtime.State;
using Paas.Runtime.Verbs;
using Xunit;

namespace Paas.Runtime.Tests.Containers;

/// <summary>What config.json and the command line say about control groups, without any.</summary>
public sealed class GroupRulesTests
{
    [Theory]
    [InlineData("/paas/apps/id", "/paas/apps/id")]
    [InlineData("system.slice:docker:id", "/system.slice/docker-id.scope")]
    [InlineData("/../../id", "/id")]
    [InlineData("/a//b/", "/a/b")]
    public void Control_groups_have_the_path_configured(string configured, string expected) =>
        Assert.Equal(expected, ContainerGroup.PathOf(configured, "id"));

    [Theory]
    [InlineData(null, "id")]
    [InlineData("", "id")]
    [InlineData("paas/id", "paas/id")]
    public void A_path_that_is_not_absolute_starts_at_the_runtime_s_place(string? configured, string below) =>
        Assert.Equal($"{CgroupHierarchies.Current.RelativeBase().TrimEnd('/')}/{below}", ContainerGroup.PathOf(configured, "id"));

    [Fact]
    public void The_root_is_no_containers_control_group() => Assert.Throws<RuntimeException>(() => ContainerGroup.PathOf("/..", "id"));

    [Theory]
    [InlineData(null, "paas-id.scope", "/system.slice/paas-id.scope")]
    [InlineData("a-b.slice:docker:x", "docker-x.scope", "/a.slice/a-b.slice/docker-x.scope")]
    [InlineData(":libpod:x", "libpod-x.scope", "/system.slice/libpod-x.scope")]
    [InlineData("machine.slice::x", "x.scope", "/machine.slice/x.scope")]
    public void A_unit_is_named_by_prefix_and_name(string? configured, string name, string path)
    {
        var unit = ContainerGroup.Unit(configured, "id", null);
        Assert.Equal((name, path), (unit.Name, unit.Path));
    }

    [Theory]
    [InlineData("/docker/x")]
    [InlineData("a.slice:b")]
    [InlineData("a.slice:b:")]
    [InlineData("a.slice:b/c:d")]
    public void What_names_no_unit_is_refused(string configured) =>
        Assert.Throws<RuntimeException>(() => ContainerGroup.Unit(configured, "id", null));

    [Fact]
    public void Annotations_become_properties_of_the_unit()
    {
        var unit = ContainerGroup.Unit(null, "id", new Dictionary<string, string>
        {
            ["org.systemd.property.TimeoutStopSec"] = "2", ["org.systemd.property.CollectMode"] = "'inactive-or-failed'", ["other"] = "x",
        });
        Assert.Equal(["TimeoutStopUSec t", "CollectMode s"], unit.Properties.Select(property => $"{property.Name} {property.Value.Signature}"));
        Assert.Throws<RuntimeException>(() => ContainerGroup.Unit(null, "id", new Dictionary<string, string> { ["org.systemd.property.X y"] = "1" }));
        Assert.Throws<RuntimeException>(() => ContainerGroup.Unit(null, "id", new Dictionary<string, string> { ["org.systemd.property.CollectMode"] = "oops" }));
    }

    [Fact]
    public void Device_rules_end_with_the_devices_every_container_has()
    {
        var rules = GroupLimits.Of(new ResourcesConfig { Devices = [new DeviceRule { Allow = false, Access = "rwm" }] }).Devices!;
        Assert.Equal((false, 'a', "rwm"), (rules[0].Allow, rules[0].Type, rules[0].Access));
        Assert.Contains(rules, rule => rule is { Allow: true, Type: 'c', Major: 1, Minor: 3 });
        Assert.DoesNotContain(rules, rule => rule is { Allow: true, Type: 'b' } && rule.Access != "m");
    }

    [Fact]
    public void Devices_are_restricted_without_any_rule_and_left_alone_by_an_update()
    {
        Assert.NotEmpty(GroupLimits.Of(null).Devices!);
        Assert.Null(GroupLimits.Update(new ResourcesConfig { Devices = [new DeviceRule { Allow = true }] }).Devices);
    }

    [Theory]
    [InlineData("user cgroup", "cgroup", "rw", 300_005u)]
    [InlineData("user", "cgroup", "rw", null)]
    [InlineData("user cgroup", "cgroup", "ro", null)]
    [InlineData("user cgroup", "tmpfs", "rw", null)]
    public void A_container_with_its_own_writable_groups_owns_them(string namespaces, string type, string option, uint? owner) =>
        Assert.Equal(owner, ContainerGroup.OwnerOf(new RuntimeConfig
        {
            OciVersion = "1.2.0",
            Process = new ProcessConfig { Cwd = "/", User = new UserConfig { Uid = 5 } },
            Mounts = [new MountConfig { Destination = "/sys/fs/cgroup", Type = type, Options = [option] }],
            Linux = new LinuxConfig
            {
                Namespaces = [.. namespaces.Split(' ').Select(name => new NamespaceConfig { Type = name })],
                UidMappings = [new IdMapping { ContainerID = 0, HostID = 300_000, Size = 10 }],
            },
        }));

    [Theory]
    [InlineData("64Kb")]
    [InlineData("MB")]
    [InlineData("../2MB")]
    public void What_is_no_size_of_huge_pages_is_refused(string size) => Assert.Throws<RuntimeException>(
        () => GroupLimits.Of(new ResourcesConfig { HugepageLimits = [new HugepageLimit { PageSize = size, Limit = 1 }] }));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-1", -1)]
    [InlineData("67108864", 67_108_864)]
    [InlineData("50M", 52_428_800)]
    [InlineData("1g", 1_073_741_824)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData("32 kb", 32_768)]
    [InlineData("7b", 7)]
    public void Sizes_are_read_as_people_write_them(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("-5")]
    [InlineData("1x")]
    [InlineData("1mm")]
    [InlineData("1e9")]
    [InlineData("99999999999P")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Fact]
    public void The_table_of_processes_keeps_the_lines_of_the_container()
    {
        const string Output = "UID   PID CMD\nroot    1 init\nroot   22 sleep 22\nroot   33 sleep 1\n";
        Assert.Equal("UID   PID CMD\nroot   22 sleep 22\n", PsVerb.Filter(Output, new HashSet<int> { 22, 44 }));
        Assert.Throws<RuntimeException>(() => PsVerb.Filter("UID CMD\n", new HashSet<int>()));
    }

    [Fact]
    public void Counters_of_network_interfaces_are_read()
    {
        var counters = NetworkCounters.Parse(
        [
            "Inter-|   Receive                                                |  Transmit",
            " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
            "    lo:       9       9    0    0    0     0          0         0        9       9    0    0    0     0       0          0",
            "  eth0:12345678      23    1    2    0     0          0         0      456       7    3    4    0     0       0          0",
        ]);
        Assert.Equal([new NetworkCounters("eth0", 12_345_678, 23, 1, 2, 456, 7, 3, 4)], counters);
    }
}
