using Paas.Node.Cgroups;

namespace Paas.Node.Tests.Cgroups;

public sealed class BuildsTurnTests
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(true, 0, false)]
    [InlineData(true, 499, false)]
    [InlineData(true, 500, true)]
    [InlineData(true, 2000, true)]
    [InlineData(false, 0, true)]
    [InlineData(false, 4000, true)]
    public void A_turn_follows_one_in_which_builds_got_less_than_a_quarter_of_a_processor(bool behind, int milliseconds, bool next)
    {
        var earlier = TimeSpan.FromSeconds(7);
        var used = earlier + TimeSpan.FromMilliseconds(milliseconds);
        Assert.Equal(new BuildsTurn(true, next, used), new BuildsTurn(true, behind, earlier).Next(used, Turn));
    }

    [Fact]
    public void Builds_that_are_starved_have_every_second_turn()
    {
        var turn = BuildsTurn.First;
        var seen = new List<bool>();
        for (var i = 0; i < 6; i++)
        {
            turn = turn.Next(TimeSpan.FromMilliseconds(i), Turn);
            seen.Add(turn.IsBehind);
        }

        Assert.Equal([false, true, false, true, false, true], seen);
    }
}
