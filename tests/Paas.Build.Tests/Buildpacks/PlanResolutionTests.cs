using Paas.Build.Buildpacks;

namespace Paas.Build.Tests.Buildpacks;

public sealed class PlanResolutionTests
{
    [Fact]
    public void Buildpacks_without_plans_all_take_part() =>
        Assert.Equal(["a", "b"], Resolve(Member("a"), Member("b", optional: true)));

    [Fact]
    public void A_requirement_met_by_an_earlier_buildpack_fits() =>
        Assert.Equal(["node", "npm"], Resolve(Member("node", "provides node"), Member("npm", "requires node")));

    [Fact]
    public void A_buildpack_may_meet_its_own_requirement() =>
        Assert.Equal(["go"], Resolve(Member("go", "provides go requires go")));

    [Fact]
    public void A_requirement_met_only_later_does_not_fit()
    {
        var outcome = PlanResolution.Resolve([Member("npm", "requires node"), Member("node", "provides node")]);
        Assert.Null(outcome.Members);
        Assert.Equal("npm requires 'node', which nothing provides", outcome.Problem);
    }

    [Fact]
    public void What_nothing_requires_makes_a_required_buildpack_fail_and_drops_an_optional_one()
    {
        Assert.Equal("jdk provides 'jdk', which nothing requires", PlanResolution.Resolve([Member("jdk", "provides jdk")]).Problem);
        Assert.Equal(["a"], Resolve(Member("jdk", "provides jdk", optional: true), Member("a")));
    }

    [Fact]
    public void Dropping_an_optional_buildpack_drops_those_that_need_it()
    {
        // `tool` goes for want of `x`; then `npm` has no `node` user's provider left either.
        Assert.Equal(
            ["app"],
            Resolve(
                Member("tool", "provides t requires x", optional: true),
                Member("user", "requires t", optional: true),
                Member("app")));
    }

    [Fact]
    public void The_first_alternatives_are_preferred_and_the_later_ones_tried()
    {
        var outcome = PlanResolution.Resolve(
        [
            new PlanMember(Pack("node"), false, BuildPlan.Parse("[[provides]]\nname = 'node'\n[[or]]\n[[or.provides]]\nname = 'npm'")),
            Member("app", "requires npm"),
        ]);
        Assert.Equal(["npm"], outcome.Members![0].Plan.Provides);
    }

    [Fact]
    public void Unmet_entries_go_to_the_next_provider()
    {
        var plan = "[[provides]]\nname = 'node'\n[[requires]]\nname = 'node'\n[requires.metadata]\nversion = '20'";
        var members = PlanResolution.Resolve(
            [new PlanMember(Pack("a"), false, BuildPlan.Parse(plan)), Member("b", "provides node requires node")]).Members!;
        var pending = new PendingPlan(members);
        Assert.Equal("[[entries]]\nname = \"node\"\nmetadata = {version = \"20\"}\n[[entries]]\nname = \"node\"\n", PendingPlan.Write(pending.For(members[0])));
        pending.Met(members[0], ["node"]);
        Assert.Equal(2, pending.For(members[1]).Count);
        pending.Met(members[1], []);
        Assert.Empty(pending.For(members[1]));
    }

    [Fact]
    public void Whatever_resolves_keeps_the_spec_s_rules()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            string[] names = ["x", "y", "z"];
            List<PlanMember> members = [.. Enumerable.Range(0, random.Next(1, 5)).Select(i => new PlanMember(
                Pack($"p{i}"),
                random.Next(2) == 0,
                new BuildPlan([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => new PlanAlternative(
                    [.. names.Where(_ => random.Next(3) == 0)],
                    [.. names.Where(_ => random.Next(3) == 0).Select(name => new PlanRequirement(name, null))]))])))];
            if (PlanResolution.Resolve(members).Members is not { } resolved) continue;
            Assert.All(members.Where(member => !member.Optional), member => Assert.Contains(resolved, r => r.Buildpack == member.Buildpack));
            for (var i = 0; i < resolved.Count; i++)
            {
                Assert.All(resolved[i].Plan.Requires, wanted => Assert.Contains(resolved.Take(i + 1), r => r.Plan.Provides.Contains(wanted.Name)));
                Assert.All(resolved[i].Plan.Provides, offered => Assert.Contains(resolved.Skip(i), r => r.Plan.Requires.Any(w => w.Name == offered)));
            }
        }
    }

    internal static Buildpack Pack(string id) => new(id, "1.0.0", id, false, null, "/buildpacks/" + id);

    private static string[] Resolve(params PlanMember[] members) =>
        [.. PlanResolution.Resolve(members).Members!.Select(member => member.Buildpack.Id)];

    private static PlanMember Member(string id, string plan = "", bool optional = false)
    {
        var words = plan.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var pairs = words.Chunk(2).ToList();
        return new PlanMember(Pack(id), optional, new BuildPlan([new PlanAlternative(
            [.. pairs.Where(pair => pair[0] == "provides").Select(pair => pair[1])],
            [.. pairs.Where(pair => pair[0] == "requires").Select(pair => new PlanRequirement(pair[1], null))])]));
    }
}
