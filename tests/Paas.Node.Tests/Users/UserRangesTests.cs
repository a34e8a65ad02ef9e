using Paas.Node.Users;
using Paas.Testing;

namespace Paas.Node.Tests.Users;

public sealed class UserRangesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.Combine("node", "user-ranges.json");

    [Fact]
    public void An_app_keeps_its_range_and_another_gets_another()
    {
        var ranges = new UserRanges(FilePath);

        var first = ranges.Of("one");

        Assert.Equal(UserRanges.First, first);
        Assert.Equal(UserRanges.First + UserRanges.Size, ranges.Of("two"));
        Assert.Equal(first, ranges.Of("one"));
    }

    [Fact]
    public void Ranges_survive_the_process()
    {
        var before = new UserRanges(FilePath);
        before.Of("one");
        var two = before.Of("two");

        var after = new UserRanges(FilePath);

        Assert.Equal(two, after.Of("two"));
        Assert.Equal(UserRanges.First + (2 * UserRanges.Size), after.Of("three"));
    }

    [Fact]
    public void A_forgotten_range_is_given_again()
    {
        var ranges = new UserRanges(FilePath);
        ranges.Of("one");
        ranges.Of("two");

        ranges.Forget("one");
        ranges.Forget("never");

        Assert.Equal(UserRanges.First, new UserRanges(FilePath).Of("three"));
    }

    [Fact]
    public void All_ranges_lie_below_the_signed_limit() =>
        Assert.True(UserRanges.First + ((long)UserRanges.Count * UserRanges.Size) <= int.MaxValue);

    public void Dispose() => _directory.Dispose();
}
