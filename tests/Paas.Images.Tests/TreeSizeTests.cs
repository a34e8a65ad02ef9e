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

    [Fact]
    public void Files_count_however_deep_they_lie_and_wherever_the_directories_between_them_stand()
    {
        using var directory = new TemporaryDirectory();
        var tree = Directory.CreateDirectory(directory.Combine("tree")).FullName;
        for (var i = 0; i < 300; i++)
        {
            Directory.CreateDirectory(Path.Combine(tree, $"{i}", "below"));
            File.WriteAllText(Path.Combine(tree, $"{i}.txt"), "1");
            File.WriteAllText(Path.Combine(tree, $"{i}", "below", "file"), "22");
        }

        var deep = directory.Combine("deep");
        Directory.CreateDirectory(deep);
        File.WriteAllText(Path.Combine(deep, "bottom"), "333");
        Trees.MakeDeep(deep, 1000);
        Directory.Move(deep, Path.Combine(tree, "deep"));
        try
        {
            Assert.Equal((300 * 3) + 3, TreeSize.Of(tree));
        }
        finally
        {
            Trees.Clear(tree);
        }
    }
}
