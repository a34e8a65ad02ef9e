using System.Net;
using Paas.Node.Network;

namespace Paas.Node.Tests.Network;

public sealed class Ipv4SubnetTests
{
    [Theory]
    [InlineData("10.213.0.0/16", "10.213.0.1", "10.213.0.2", "10.213.255.254", 65_533)]
    [InlineData("192.168.7.0/24", "192.168.7.1", "192.168.7.2", "192.168.7.254", 253)]
    [InlineData("192.168.7.8/29", "192.168.7.9", "192.168.7.10", "192.168.7.14", 5)]
    public void Gateway_and_sandboxes_lie_between_network_and_broadcast(string text, string gateway, string first, string last, int capacity)
    {
        var subnet = Ipv4Subnet.Parse(text);

        Assert.Equal(gateway, subnet.Gateway.ToString());
        Assert.Equal(first, subnet.Sandbox(0).ToString());
        Assert.Equal(capacity, subnet.Capacity);
        Assert.Equal(last, subnet.Sandbox(subnet.Capacity - 1).ToString());
        Assert.Equal(text, subnet.ToString());
    }

    [Theory]
    [InlineData("10.213.0.1/16")]
    [InlineData("10.213.0.0")]
    [InlineData("10.213.0.0/30")]
    [InlineData("10.213.0.0/7")]
    [InlineData("fd00::/16")]
    [InlineData("words/16")]
    [InlineData("")]
    public void What_is_no_usable_subnet_is_refused(string text)
    {
        Assert.False(Ipv4Subnet.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Ipv4Subnet.Parse(text));
    }

    [Theory]
    [InlineData("10.213.0.2", 0)]
    [InlineData("10.213.255.254", 65_532)]
    [InlineData("10.213.0.0", null)]
    [InlineData("10.213.0.1", null)]
    [InlineData("10.213.255.255", null)]
    [InlineData("10.214.0.2", null)]
    [InlineData("9.0.0.1", null)]
    [InlineData("::1", null)]
    public void Only_addresses_of_sandboxes_have_an_index(string address, int? index) =>
        Assert.Equal(index, Ipv4Subnet.Parse("10.213.0.0/16").IndexOf(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.0.0.0", 8, true)]
    [InlineData("10.213.4.0", 24, true)]
    [InlineData("10.212.0.0", 16, false)]
    [InlineData("0.0.0.0", 0, true)]
    [InlineData("10.213.255.255", 32, true)]
    [InlineData("10.214.0.0", 32, false)]
    public void Subnets_overlap_when_they_share_an_address(string network, int prefix, bool overlaps) =>
        Assert.Equal(overlaps, Ipv4Subnet.Parse("10.213.0.0/16").Overlaps(Ipv4Subnet.NumberOf(IPAddress.Parse(network)), prefix));
}
