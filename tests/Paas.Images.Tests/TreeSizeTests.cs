using Paas.Testing;

namespace Paas.Images.Tests;

public sealed class TreeSizeTests
{
    [Fact]
    public void Links_are_not_followed_wherever_they_lead()
    {
        using var directory = new TemporaryDirectory();
        var tree = Directory.CreateDirectory(directory.Combine("tree")).FullName;
        Directory.CreateDirectory(Path.Combine(tree, "a", "b"));
        File.WriteAllText(Path.Combine(tree, "a", "b", "file"), "12345");
        File.WriteAllText(directory.Combine("elsewhere"), "not counted");
        File.CreateSymbolicLink(Path.Combine(tree, "up"), "..");
        File.CreateSymbolicLink(Path.Combine(tree, "a", "self"), ".");
        File.CreateSymbolicLink(Path.Combine(tree, "a", "b", "loop"), "../..");
        File.CreateSymbolicLink(Path.Combine(tree, "host"), "/proc");
        File.CreateSymbolicLink(Path.Combine(tree, "file"), directory.Combine("elsewhere"));
        File.CreateSymbolicLink(Path.Combine(tree, "nowhere"), "/no/such/file");

        Assert.Equal(5, TreeSize.Of(tree));
    }
}
