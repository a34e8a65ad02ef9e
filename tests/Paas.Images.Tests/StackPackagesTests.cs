using Paas.Images.Stacks;

namespace Paas.Images.Tests;

public sealed class StackPackagesTests
{
    [Fact]
    public void Installed_packages_are_read_and_others_are_not()
    {
        var packages = StackPackages.Parse(
        [
            "Package: zlib1g", "Status: install ok installed", "Version: 1:1.2.13.dfsg-1", "Description: compression", " Version: of a description is none", "",
            "Package: gone", "Status: deinstall ok config-files", "Version: 2", "",
            "Package: half", "Status: install ok half-installed", "Version: 3", "",
            "Version: 5.2.15-2", "Package: bash", "Status: hold ok installed",
        ]);
        Assert.Equal([("bash", "5.2.15-2"), ("zlib1g", "1:1.2.13.dfsg-1")], packages.Select(package => (package.Key, package.Value)));
    }

    [Fact]
    public void What_changed_is_said_by_name()
    {
        var before = new Dictionary<string, string> { ["same"] = "1", ["newer"] = "1", ["gone"] = "1" };
        var after = new Dictionary<string, string> { ["same"] = "1", ["newer"] = "2", ["added"] = "1" };
        Assert.Equal(
            [new PackageChange("added", null, "1"), new PackageChange("gone", "1", null), new PackageChange("newer", "1", "2")],
            StackPackages.Compare(before, after));
    }
}
