using Paas.Oci.Runtime;
using Paas.Runtime.Containers;
using Xunit;

namespace Paas.Runtime.Tests.Containers;

/// <summary>Rules that need no kernel: configuration, paths, sysctls, control groups.</summary>
public sealed class RulesTests
{
    [Fact]
    public void A_complete_configuration_is_accepted() => ConfigRules.Check(Config());

    public static TheoryData<RuntimeConfig, string> Broken() => new()
    {
        { Config() with { OciVersion = "2.0.0" }, "2.0.0" },
        { Config() with { Root = null }, "root" },
        { Config() with { Process = null }, "process" },
        { Config() with { Linux = null }, "linux" },
        { Config() with { Process = new ProcessConfig { Cwd = "/", Args = [] } }, "args" },
        { Config() with { Process = new ProcessConfig { Cwd = "relative", Args = ["x"] } }, "relative" },
        { Config() with { Hostname = "h" }, "without a private UTS namespace" },
        { Config() with { Domainname = "d" }, "without a private UTS namespace" },
        { With(new TimeOffset(), new NamespaceConfig { Type = "mount" }), "time namespace isn't enabled" },
        { With(new TimeOffset(), new NamespaceConfig { Type = "time", Path = "/proc/self/ns/time" }), "both namespace path and time offsets" },
        { Config() with { Process = new ProcessConfig { Cwd = "/", Args = ["x"], Rlimits = [Limit(), Limit()] } }, "RLIMIT_CORE twice" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_is_missing_or_not_done_is_named(RuntimeConfig config, string word) =>
        Assert.Contains(word, Assert.Throws<RuntimeException>(() => ConfigRules.Check(config)).Message, StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("/proc", "/proc")]
    [InlineData("/a/../../b", "/b")]
    [InlineData("/a//b/./c/", "/a/b/c")]
    [InlineData("/", "/")]
    public void Destinations_are_cleaned_by_their_letters(string path, string expected) => Assert.Equal(expected, TargetSteps.Clean(path));

    [Theory]
    [InlineData("net.ipv4.ip_forward", "sys/net/ipv4/ip_forward")]
    [InlineData("net/ipv4/ip_forward", "sys/net/ipv4/ip_forward")]
    [InlineData("net.ipv4.conf.eth0/100.forwarding", "sys/net/ipv4/conf/eth0.100/forwarding")]
    public void Sysctls_are_written_as_sysctl_writes_them(string name, string file) => Assert.Equal(file, Sysctls.PathOf(name));

    [Theory]
    [InlineData("net/../kernel/panic")]
    [InlineData("net..ipv4")]
    public void Sysctls_do_not_leave_their_directory(string name) => Assert.Throws<RuntimeException>(() => Sysctls.PathOf(name));

    private static ResourceLimit Limit() => new() { Type = "RLIMIT_CORE", Soft = 0, Hard = 0 };

    private static RuntimeConfig With(TimeOffset offset, NamespaceConfig item) =>
        Config() with { Linux = new LinuxConfig { Namespaces = [item], TimeOffsets = new Dictionary<string, TimeOffset> { ["monotonic"] = offset } } };

    private static RuntimeConfig Config() => new()
    {
        OciVersion = "1.2.0",
        Root = new RootConfig { Path = "rootfs" },
        Process = new ProcessConfig { Cwd = "/", Args = ["/bin/true"] },
        Linux = new LinuxConfig { Namespaces = [new NamespaceConfig { Type = "mount" }] },
    };
}
