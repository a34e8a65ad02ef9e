using Paas.Build.Sources;
using Paas.Testing;

namespace Paas.Build.Tests.Sources;

public sealed class UntrustedTreeTests
{
    [Fact]
    public void Regular_files_are_read_and_missing_ones_are_null()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Combine("a", "b"));
        File.WriteAllText(directory.Combine("a", "b", "c.toml"), "x");
        var tree = new UntrustedTree(directory.Path);
        Assert.Equal("x", tree.ReadText("a/b/c.toml"));
        Assert.Null(tree.ReadText("a/b/d.toml"));
        Assert.Null(tree.ReadText("a/x/c.toml"));
        Assert.Null(tree.ReadText("a/b/c.toml/d"));
        Assert.True(tree.IsDirectory("a/b"));
        Assert.Equal(["b"], tree.Names("a"));
        Assert.Empty(tree.Names("a/x"));
    }

    [Fact]
    public void A_link_out_of_the_tree_leaks_nothing()
    {
        using var directory = new TemporaryDirectory();
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside.Combine("secret"), "secret");
        File.CreateSymbolicLink(directory.Combine("launch.toml"), outside.Combine("secret"));
        Directory.CreateSymbolicLink(directory.Combine("env"), outside.Path);
        var tree = new UntrustedTree(directory.Path);
        Assert.Throws<BuildException>(() => tree.ReadText("launch.toml"));
        Assert.Throws<BuildException>(() => tree.ReadText("env/secret"));
        Assert.Empty(tree.Names("env"));
        Assert.False(tree.IsDirectory("env"));
    }

    [Fact]
    public async Task A_pipe_does_not_hang_the_reader()
    {
        using var directory = new TemporaryDirectory();
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", directory.Combine("launch.toml"));
        await mkfifo.WaitForExitAsync();
        var tree = new UntrustedTree(directory.Path);
        var read = Task.Run(() => Assert.Throws<BuildException>(() => tree.ReadText("launch.toml")));
        await read.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Long_and_binary_files_are_refused()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory.Combine("binary"), [0xff, 0xfe, 0x80]);
        using (var file = File.Create(directory.Combine("long"))) file.SetLength((1 << 20) + 1);
        var tree = new UntrustedTree(directory.Path);
        Assert.Throws<BuildException>(() => tree.ReadText("binary"));
        Assert.Throws<BuildException>(() => tree.ReadText("long"));
        Assert.Throws<ArgumentException>(() => tree.ReadText("../x"));
    }

    [Fact]
    public void Names_that_are_not_text_can_be_removed()
    {
        using var directory = new TemporaryDirectory();
        using (var sh = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/bin/bash", ["-c", "mkdir -p t/d && touch t/d/$'bad\\xff'"]) { WorkingDirectory = directory.Path })!)
        {
            sh.WaitForExit();
        }

        TreeRemoval.Remove(directory.Combine("t"));
        Assert.False(Directory.Exists(directory.Combine("t")));
    }
}
