using Paas.Contracts.Errors;
using Paas.Node.Bundles;
using Paas.Oci;

namespace Paas.Node.Tests;

public sealed class ContainerRulesTests
{
    private static readonly ContainerConfig Good = new()
    {
        Id = "hello.web.1-x",
        App = "hello",
        Name = "web.1",
        Image = Digest.Parse("sha256:" + new string('a', 64)),
        Mounts = [new BindMount("/tmp", "/data")],
        Limits = new ContainerLimits(1 << 20, 1, 0.5, 1),
    };

    public static TheoryData<string, ContainerConfig> Faulty => new()
    {
        { "the id", Good with { Id = "../etc" } },
        { "the id", Good with { Id = "" } },
        { "the id", Good with { Id = "x\n" } },
        { "the id", Good with { Id = new string('x', 64) } },
        { "cannot be an app", Good with { App = ".." } },
        { "cannot be an app", Good with { App = "a/b" } },
        { "log source", Good with { LogSource = "../router" } },
        { "working directory", Good with { Cwd = "relative" } },
        { "cannot be a variable", Good with { Env = new Dictionary<string, string> { ["A=B"] = "" } } },
        { "NUL", Good with { Env = new Dictionary<string, string> { ["A"] = "\0" } } },
        { "target", Good with { Mounts = [new BindMount("/tmp", "/")] } },
        { "target", Good with { Mounts = [new BindMount("/tmp", "/a/../../b")] } },
        { "does not exist", Good with { Mounts = [new BindMount("/no/such/thing", "/b")] } },
        { "memory", Good with { Limits = new ContainerLimits(MemoryBytes: 1) } },
        { "weight", Good with { Limits = new ContainerLimits(CpuWeight: 0) } },
        { "CPUs", Good with { Limits = new ContainerLimits(Cpus: 0) } },
        { "processes", Good with { Limits = new ContainerLimits(Pids: 0) } },
        { "grace", Good with { StopGraceSeconds = -1 } },
    };

    [Fact]
    public void A_good_container_passes() => ContainerRules.Require(Good);

    [Theory]
    [MemberData(nameof(Faulty))]
    public void A_fault_is_named(string word, ContainerConfig config)
    {
        var error = Assert.Throws<PaasException>(() => ContainerRules.Require(config));

        Assert.Equal(ErrorCode.InvalidRequest, error.Code);
        Assert.Contains(word, error.Message);
    }

    [Theory]
    [InlineData("web.1", "web-1")]
    [InlineData("Build_7", "build-7")]
    [InlineData("...", "container")]
    public void The_host_name_follows_the_name(string name, string host) => Assert.Equal(host, EtcFiles.HostName(name));
}
