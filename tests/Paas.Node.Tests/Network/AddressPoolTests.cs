using System.Net;
using Paas.Contracts.Errors;
using Paas.Node.Network;

namespace Paas.Node.Tests.Network;

public sealed class AddressPoolTests
{
    private static readonly Ipv4Subnet Small = Ipv4Subnet.Parse("10.9.0.0/29");

    [Fact]
    public void Nobody_gets_an_address_twice_and_a_full_subnet_says_so()
    {
        var pool = new AddressPool(Small, first: -7);

        var taken = Enumerable.Range(0, Small.Capacity).Select(_ => pool.Take()).ToHashSet();

        Assert.Equal(Small.Capacity, taken.Count);
        var full = Assert.Throws<PaasException>(() => pool.Take());
        Assert.Equal(ErrorCode.Unavailable, full.Code);
        Assert.Contains("10.9.0.0/29", full.Message);
    }

    [Fact]
    public void A_released_address_is_the_last_to_come_back()
    {
        var pool = new AddressPool(Small, first: 0);
        var first = pool.Take();
        pool.Release(first);

        var next = Enumerable.Range(0, Small.Capacity).Select(_ => pool.Take()).ToList();

        Assert.Equal(first, next[^1]);
    }

    [Fact]
    public void Adopted_addresses_are_not_given_away()
    {
        var pool = new AddressPool(Small, first: 0);
        Assert.True(pool.Take(Small.Sandbox(0)));
        Assert.False(pool.Take(Small.Sandbox(0)));
        Assert.False(pool.Take(IPAddress.Parse("192.0.2.1")));

        Assert.Equal(Small.Sandbox(1), pool.Take());
    }

    [Fact]
    public void Many_threads_get_different_addresses()
    {
        var pool = new AddressPool(Ipv4Subnet.Parse("10.9.0.0/22"), first: 900);

        var taken = Enumerable.Range(0, 1000).AsParallel().WithDegreeOfParallelism(8).Select(_ => pool.Take()).ToHashSet();

        Assert.Equal(1000, taken.Count);
    }
}
