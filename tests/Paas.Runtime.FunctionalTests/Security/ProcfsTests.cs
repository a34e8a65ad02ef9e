using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Security;

/// <summary>What is written to procfs reaches procfs, never a file that stands in for it (CVE-2019-16884, CVE-2025-52881).</summary>
public sealed class ProcfsTests
{
    private const string Parameter = "net.ipv4.ip_unprivileged_port_start";

    [OlderRuntimesFailFact("runc starts nothing without a procfs at /proc")]
    public void A_parameter_is_set_in_the_kernel_and_not_in_an_image_that_pretends_to_be_it()
    {
        using var container = new TestContainer().Script("cat /real/sys/net/ipv4/ip_unprivileged_port_start; cat /proc/sys/net/ipv4/ip_unprivileged_port_start");
        container.Mounts[0]!["destination"] = "/real";
        var pretence = Path.Combine(container.Rootfs, "proc/sys/net/ipv4");
        Directory.CreateDirectory(pretence);
        File.WriteAllText(Path.Combine(pretence, "ip_unprivileged_port_start"), "untouched\n");
        container.Linux["sysctl"] = new JsonObject { [Parameter] = "77" };
        container.Linux["maskedPaths"] = new JsonArray();
        container.Linux["readonlyPaths"] = new JsonArray();
        Assert.Equal("77\nuntouched\n", container.Run().ShouldSucceed().Output);
    }

    [RootTheory]
    [InlineData("/proc", "")]
    [InlineData("/proc/self/attr", "self/attr")]
    [InlineData("/proc/sys/net/ipv4", "sys/net/ipv4")]
    [InlineData("/proc/sys/kernel/domainname", "sys/kernel/domainname")]
    [InlineData("/../proc/./self", "self")]
    public void A_volume_over_procfs_or_in_it_is_refused(string destination, string source)
    {
        using var container = new TestContainer();
        var trap = new HostTrap(container);
        container.Mount(destination, "bind", Path.Combine(trap.Path, source), "bind");
        container.Linux["sysctl"] = new JsonObject { [Parameter] = "77" };
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("cannot be mounted because it is", outcome.Error);
        trap.AssertUntouched(outcome);
    }

    [RootFact]
    public void A_volume_in_procfs_through_a_link_of_the_image_is_refused()
    {
        using var container = new TestContainer();
        var trap = new HostTrap(container);
        File.CreateSymbolicLink(Path.Combine(container.Rootfs, "innocent"), "proc/self");
        container.Mount("/innocent/attr", "bind", Path.Combine(trap.Path, "self/attr"), "bind");
        var outcome = container.Run();
        Assert.NotEqual(0, outcome.ExitCode);
        trap.AssertUntouched(outcome);
    }

    [RootFact]
    public void Figures_of_the_machine_may_be_replaced()
    {
        using var container = new TestContainer().Script("cat /proc/uptime");
        File.WriteAllText(container.Path("uptime"), "1.00 1.00\n");
        container.Mount("/proc/uptime", "bind", container.Path("uptime"), "bind");
        Assert.Equal("1.00 1.00\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void The_hosts_procfs_itself_may_be_bound()
    {
        using var container = new TestContainer().Script("cat /proc/self/comm");
        container.Mounts.RemoveAt(0);
        container.Mount("/proc", "bind", "/proc", "rbind", "ro");
        container.Linux["maskedPaths"] = new JsonArray();
        container.Linux["readonlyPaths"] = new JsonArray();
        // Its processes are not those of a pid namespace.
        container.Linux["namespaces"]!.AsArray().RemoveAt(0);
        Assert.Equal("cat\n", container.Run().ShouldSucceed().Output);
    }
}
