using Paas.Testing;

namespace Paas.Architecture.Tests;

/// <summary>The arrows between projects point down only; this table is the picture in docs/architecture.md.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Linux"] = [],
        ["Oci"] = [],
        ["Logs"] = [],
        ["Contracts"] = [],
        ["Launch"] = [],
        ["Launcher"] = ["Launch", "Linux"],
        ["Runtime"] = ["Oci", "Linux", "Logs", "Contracts"],
        ["Cli"] = ["Contracts"],
        ["Images"] = ["Oci", "Linux"],
        ["Node"] = ["Images", "Oci", "Linux", "Logs", "Contracts"],
        ["Build"] = ["Node", "Images", "Launch"],
        ["Router"] = ["Logs", "Contracts"],
        ["ControlPlane"] = ["Build", "Node", "Images", "Logs", "Contracts"],
        ["Web"] = ["ControlPlane", "Contracts"],
        ["Daemon"] = ["Web", "ControlPlane"],
    };

    public static TheoryData<string> Projects => new(ProjectGraph.Product.Keys.Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_architecture_allows(string project)
    {
        Assert.True(Allowed.ContainsKey(project), $"{project} is not in the picture: add it to docs/architecture.md and to this table");
        var forbidden = ProjectGraph.Product[project].References.Except(Allowed[project]).ToList();
        Assert.True(forbidden.Count == 0, $"{project} must not reference {string.Join(", ", forbidden)}");
    }

    [Fact]
    public void Every_project_in_the_picture_exists() =>
        Assert.Equal(Allowed.Keys.Order(), ProjectGraph.Product.Keys.Order());

    [Theory]
    [InlineData("Runtime")]
    [InlineData("Launcher")]
    [InlineData("Router")]
    [InlineData("Cli")]
    public void Programs_are_reached_by_exec_or_socket_never_by_reference(string program) =>
        Assert.DoesNotContain(ProjectGraph.Product.Values, project => project.References.Contains(program));

    [Fact]
    public void Versions_are_pinned_centrally()
    {
        var offenders = ProjectGraph.Product.Values.Concat(ProjectGraph.Tests.Values).Where(p => p.HasOwnVersions).Select(p => p.Name);
        Assert.Empty(offenders);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Paas.sln")).Replace('\\', '/');
        var missing = ProjectGraph.Product.Values.Concat(ProjectGraph.Tests.Values)
            .Select(project => Path.GetRelativePath(Repository.Root, project.Path))
            .Where(path => !solution.Contains(path, StringComparison.Ordinal));
        Assert.Empty(missing);
    }
}
