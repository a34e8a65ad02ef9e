using Paas.Runtime.Containers;
using Xunit;

namespace Paas.Runtime.Tests.Containers;

public sealed class ProcessorSetTests
{
    [Theory]
    [InlineData("0", "0100000000000000")]
    [InlineData("0-3,7", "8F00000000000000")]
    [InlineData("1, 3", "0A00000000000000")]
    [InlineData("63", "0000000000000080")]
    [InlineData("64", "00000000000000000100000000000000")]
    [InlineData("3,0-1,1", "0B00000000000000")]
    public void A_list_becomes_bits_in_whole_words(string list, string bits) => Assert.Equal(bits, Convert.ToHexString(ProcessorSet.Parse(list)!));

    [Fact]
    public void The_last_one_a_mask_has_room_for() => Assert.Equal(1024, ProcessorSet.Parse("8191")!.Length);

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("a")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("3-1")]
    [InlineData("1-2-3")]
    [InlineData("0x1")]
    [InlineData("8192")]
    [InlineData("0-99999999999")]
    public void What_is_no_list_is_null(string list) => Assert.Null(ProcessorSet.Parse(list));
}
