using Paas.Build.Remotes;

namespace Paas.Build.Tests.Remotes;

public sealed class GitModulesTests
{
    [Fact]
    public void Links_are_told_from_files_in_a_tree()
    {
        var links = GitModules.Links("100644 blob 1111\tfile\0160000 commit 2222\tlib dir/a\tb\0" + "040000 tree 3333\tx\0");
        Assert.Equal([("lib dir/a\tb", "2222")], links);
    }

    [Fact]
    public void Addresses_are_found_by_path_whatever_the_module_is_called()
    {
        var urls = GitModules.Urls("submodule.a.b.path\nlib\0submodule.a.b.url\nhttps://x/1\0submodule.other.url\nhttps://x/2\0submodule.p.path\nalone\0core.path\nz\0submodule.e.path\0");
        Assert.Equal(new Dictionary<string, string> { ["lib"] = "https://x/1" }, urls);
    }
}
