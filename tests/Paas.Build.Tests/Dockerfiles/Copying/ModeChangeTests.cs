using Paas.Build.Dockerfiles.Copying;

namespace Paas.Build.Tests.Dockerfiles.Copying;

public sealed class ModeChangeTests
{
    [Theory]
    [InlineData("755", "644", false, "755")]
    [InlineData("0755", "644", false, "755")]
    [InlineData("4711", "644", false, "4711")]
    [InlineData("u+x", "644", false, "744")]
    [InlineData("+x", "644", false, "755")]
    [InlineData("a-w", "666", false, "444")]
    [InlineData("go=", "777", false, "700")]
    [InlineData("u=rwX,go=rX", "600", false, "644")]
    [InlineData("u=rwX,go=rX", "600", true, "755")]
    [InlineData("a=rX", "711", false, "555")]
    [InlineData("u+s,g+s,+t", "755", false, "7755")]
    [InlineData("g=u", "740", false, "770")]
    [InlineData("u-x+w", "555", false, "655")]
    public void Permissions_are_changed_as_chmod_does(string change, string before, bool isDirectory, string after) =>
        Assert.Equal(after, Convert.ToString(ModeChange.Parse(change)(Convert.ToUInt32(before, 8), isDirectory), 8));

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("77777")]
    [InlineData("u")]
    [InlineData("u+z")]
    [InlineData("rwx")]
    public void Anything_else_is_refused(string change) => Assert.Throws<FormatException>(() => ModeChange.Parse(change));
}
