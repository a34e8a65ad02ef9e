using System.Runtime.InteropServices;
using Paas.Linux.Netlink;
using Xunit;

namespace Paas.Linux.Tests.Netlink;

/// <summary>Lengths in netlink requests: 16 bits for an attribute, which must never wrap around (CVE-2021-43784).</summary>
public sealed class NetlinkMessageTests
{
    private const int LongestValue = ushort.MaxValue - 4;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(LongestValue)]
    public void An_attribute_says_its_length_and_is_padded_to_four(int length)
    {
        var message = new NetlinkMessage(new byte[128 * 1024], 16, 1);
        message.Attribute(7, new byte[length]);
        message.Attribute(8, 1u);
        var request = message.Finish(3);
        Assert.Equal((uint)request.Length, MemoryMarshal.Read<uint>(request));
        Assert.Equal(4 + length, MemoryMarshal.Read<ushort>(request[16..]));
        Assert.Equal(16 + NetlinkMessage.Align(4 + length) + 8, request.Length);
        Assert.Equal(length, NetlinkMessage.Find(request[16..], 7).Length);
        Assert.Equal(4, NetlinkMessage.Find(request[16..], 8).Length);
    }

    [Theory]
    [InlineData(LongestValue + 1)]
    [InlineData(65_536)]
    [InlineData(100_000)]
    public void A_value_too_long_for_its_length_is_refused(int length) => Assert.Throws<OverflowException>(() =>
    {
        var message = new NetlinkMessage(new byte[256 * 1024], 16, 1);
        message.Attribute(7, new byte[length]);
    });

    [Fact]
    public void A_nested_attribute_too_long_for_its_length_is_refused() => Assert.Throws<OverflowException>(() =>
    {
        var message = new NetlinkMessage(new byte[256 * 1024], 16, 1);
        var start = message.Begin(5);
        for (var i = 0; i < 5; i++) message.Attribute(7, new byte[16_000]);
        message.End(start);
    });

    [Fact]
    public void A_request_longer_than_its_buffer_is_refused() => Assert.ThrowsAny<ArgumentException>(() =>
    {
        var message = new NetlinkMessage(new byte[64], 16, 1);
        message.Attribute(7, new byte[64]);
    });
}
