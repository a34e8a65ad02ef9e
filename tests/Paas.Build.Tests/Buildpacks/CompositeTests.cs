using Paas.Build.Buildpacks;
using Paas.Launch.Toml;

namespace Paas.Build.Tests.Buildpacks;

/// <summary>Composite buildpacks (buildpack spec, "Order Resolution") and targets.</summary>
public sealed class CompositeTests
{
    [Fact]
    public void A_composite_stands_for_each_group_of_its_order_in_turn()
    {
        // As in the specification: O is [A B] or [C D], and stands between E and F.
        var catalog = Catalog(One("a"), One("b"), One("c"), One("d"), One("e"), One("f"), Composite("o", ["a", "b"], ["c", "d"]));
        Assert.Equal(["e a b f", "e c d f"], Show(catalog, ["e", "o", "f"]));
        Assert.Equal(["e a b f", "e c d f", "e f"], Show(catalog, ["e", "o?", "f"]));
        Assert.Equal(["a b", "c d", "f"], Show(catalog, ["o"], ["f"]));
    }

    [Fact]
    public void Composites_nest_and_a_group_has_a_buildpack_once()
    {
        var catalog = Catalog(One("a"), One("b"), One("c"), Composite("p", ["a"], ["b?"]), Composite("o", ["p", "c"], ["c", "p"]));
        Assert.Equal(["a c", "b? c", "c a", "c b?"], Show(catalog, ["o"]));
        Assert.Equal(["c a", "c b?", "c a", "c b?"], Show(catalog, ["c", "o"]));
    }

    [Theory]
    [InlineData("there is no buildpack 'x'", "x")]
    [InlineData("there is no buildpack 'a' of version 2", "a@2")]
    [InlineData("stands for itself", "loop")]
    [InlineData("stands for itself, or for too many others", "wide0")]
    public void What_cannot_be_resolved_is_named(string reason, string id)
    {
        // Ten composites of ten of the next: ten thousand million.
        var wide = Enumerable.Range(0, 10).Select(i => Composite($"wide{i}", [.. Enumerable.Repeat(i == 9 ? "a" : $"wide{i + 1}", 10)]));
        var catalog = Catalog([One("a"), Composite("loop", ["a", "loop"]), .. wide]);
        Assert.Contains(reason, Assert.Throws<TomlException>(() => Show(catalog, [id])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_that_multiply_end_somewhere()
    {
        var many = Enumerable.Range(0, 8).Select(i => Composite($"many{i}", [.. Enumerable.Range(0, 10).Select(j => new[] { $"x{i}-{j}" })])).ToList();
        var catalog = Catalog([.. many, .. Enumerable.Range(0, 80).Select(i => One($"x{i / 10}-{i % 10}"))]);
        Assert.Equal(200, Show(catalog, [.. many.Select(one => one.Id)]).Count);
    }

    [Fact]
    public void The_platform_s_own_are_found_by_their_last_name_and_what_an_app_brings_is_stronger()
    {
        var (own, brought) = (One("paas/nodejs"), One("paas/nodejs") with { Version = "9.0.0" });
        var catalog = Catalog(own);
        Assert.Same(own, catalog.Find("nodejs", null));
        Assert.Same(own, catalog.Find("Paas/NodeJS", "latest"));
        Assert.Same(own, catalog.Find("heroku/nodejs", null));
        Assert.Null(catalog.Find("other/nodejs", null));
        Assert.Same(brought, catalog.With([brought]).Find("nodejs", null));
        Assert.Same(own, catalog.With([brought]).Find("nodejs", "1.0.0"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("os='linux'", true)]
    [InlineData("os='*'\narch='*'", true)]
    [InlineData("os='linux'\narch='amd64'\n[[targets.distros]]\nname='ubuntu'\n[[targets.distros]]\nname='debian'\nversion='12'", true)]
    [InlineData("[[targets.distributions]]\nname='debian'", true)]
    [InlineData("os='windows'", false)]
    [InlineData("arch='arm64'", false)]
    [InlineData("[[targets.distros]]\nname='debian'\nversion='11'", false)]
    public void A_target_is_what_its_parts_say(string toml, bool fits) => Assert.Equal(
        fits, BuildpackTarget.Read(TomlParser.Parse("[[targets]]\n" + toml).Tables("targets").Single()).Includes("linux", "amd64", "debian", "12"));

    private static List<string> Show(BuildpackCatalog catalog, params string[][] order) =>
        [.. BuildpackOrder.Of([.. order.Select(References)], catalog).Groups.Select(group => string.Join(' ', group.Select(member => member.Buildpack.Id + (member.Optional ? "?" : ""))))];

    private static IReadOnlyList<BuildpackReference> References(string[] ids) => [.. ids.Select(id =>
        new BuildpackReference(id.TrimEnd('?').Split('@')[0], id.Split('@').ElementAtOrDefault(1), id.EndsWith('?'), 1))];

    private static BuildpackCatalog Catalog(params Buildpack[] buildpacks) => new BuildpackCatalog().With(buildpacks);

    private static Buildpack One(string id) => new(id, "1.0.0", id, false, null, "/none");

    private static Buildpack Composite(string id, params string[][] order) => One(id) with { Order = [.. order.Select(References)] };
}
