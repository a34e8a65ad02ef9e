using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>Interfaces that a container takes over (config-linux.md, Network Devices), from a network namespace that is the test's own.</summary>
public sealed class NetworkDeviceTests
{
    private const string Devices = """
        ip link add one type veth peer name other
        ip link set one mtu 1400
        ip link set one up
        ip addr add 192.0.2.9/24 dev one
        test ! -e /proc/net/if_inet6 || ip -6 addr add 2001:db8::9/64 dev one nodad
        """;

    [OwnRootFact]
    public void A_device_comes_with_its_addresses_and_under_its_new_name()
    {
        using var container = With("one", "inner").Script("ip addr show dev inner; ip link show one 2>&1; true");
        var seen = Run(container).ShouldSucceed().Output;
        string[] expected = ["mtu 1400", "inet 192.0.2.9/24", ",UP", .. File.Exists("/proc/net/if_inet6") ? ["inet6 2001:db8::9/64"] : Array.Empty<string>()];
        foreach (var part in expected) Assert.Contains(part, seen, StringComparison.Ordinal);
        Assert.Contains("can't find device", seen, StringComparison.Ordinal);
    }

    [OwnRootFact]
    public void It_keeps_its_name_and_stays_down_where_it_was_down_also_in_a_user_namespace()
    {
        using var container = With("other", null).WithUserNamespace().Script("ip addr show dev other");
        Assert.DoesNotContain(",UP", Run(container).ShouldSucceed().Output, StringComparison.Ordinal);
    }

    [OwnRootTheory]
    [InlineData("nothing", null, "no network device nothing")]
    [InlineData("one", "lo", "lo already")]
    [InlineData("one", "a/b", "invalid network device name")]
    [InlineData("far-too-long-a-name", null, "invalid network device name")]
    public void One_that_cannot_be_moved_makes_no_container(string name, string? inside, string message)
    {
        using var container = With(name, inside);
        var refused = Run(container);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(message, refused.Error + refused.Output, StringComparison.Ordinal);
        Assert.Empty(container.Cgroups());
    }

    [OwnRootFact]
    public void Without_a_network_namespace_of_its_own_nothing_is_moved()
    {
        using var container = With("one", null);
        container.Linux["namespaces"] = new JsonArray([.. ((JsonArray)container.Linux["namespaces"]!).Where(item => (string)item!["type"]! != "network").Select(item => item!.DeepClone())]);
        Assert.Contains("without a private NET namespace", Run(container).Error, StringComparison.Ordinal);
    }

    private static TestContainer With(string name, string? inside)
    {
        var container = new TestContainer();
        container.Linux["netDevices"] = new JsonObject { [name] = inside is null ? new JsonObject() : new JsonObject { ["name"] = inside } };
        return container;
    }

    private static Outcome Run(TestContainer container)
    {
        container.WriteConfig();
        return RuntimeUnderTest.Execute(
            "unshare", "--net", "/bin/sh", "-ec", $"{Devices}\nexec '{RuntimeUnderTest.Program}' --root '{container.Root}' run --bundle '{container.Bundle}' {container.Id}");
    }
}
