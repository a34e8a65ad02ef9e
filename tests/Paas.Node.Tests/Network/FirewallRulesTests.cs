using System.Net;
using Paas.Node.Network;

namespace Paas.Node.Tests.Network;

public sealed class FirewallRulesTests
{
    private static readonly FirewallConfig Config =
        new("paas0", Ipv4Subnet.Parse("10.213.0.0/16"), [80, 443], [IPAddress.Parse("192.0.2.53")]);

    [Fact]
    public void The_table_is_named_after_the_bridge_unless_it_is_the_usual_one()
    {
        Assert.Equal("paas", Config.Table);
        Assert.Equal("paas_t_1_x", (Config with { Bridge = "t-1.x" }).Table);
        Assert.True((Config with { Bridge = "fifteen-letters" }).ChainPrefix.Length <= 20);
    }

    [Fact]
    public void Without_ports_or_resolvers_there_is_no_rule_for_them()
    {
        var rules = NftRuleset.Apply(Config with { RouterPorts = [], Resolvers = [] });

        Assert.DoesNotContain("{  }", rules);
        Assert.DoesNotContain("dport", rules);
    }

    [Theory]
    [InlineData("-P FORWARD ACCEPT\n", false)]
    [InlineData("-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n", true)]
    [InlineData("-P FORWARD ACCEPT\n-A FORWARD -j REJECT --reject-with icmp-host-prohibited\n", true)]
    public void A_host_that_drops_forwarded_packets_is_recognised(string rules, bool drops) =>
        Assert.Equal(drops, ForeignForwarding.Drops(rules));
}
