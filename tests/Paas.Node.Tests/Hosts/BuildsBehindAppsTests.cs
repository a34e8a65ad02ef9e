using Paas.Testing;

namespace Paas.Node.Tests.Hosts;

[Collection(nameof(TestNode))]
public sealed class BuildsBehindAppsTests(TestNode node)
{
    private static readonly string Group = (File.Exists("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu") + TestNode.BuildsCgroup;

    [RootFact]
    public async Task Builds_have_the_processors_when_nobody_else_wants_them()
    {
        await node.Host.PrepareHostAsync(CancellationToken.None);
        Assert.Equal("1", await IdleAsync());
        Assert.False(Directory.Exists(Path.GetDirectoryName(Group) + TestNode.CgroupParent + "/builds"));
    }

    [RootFact]
    public async Task A_build_that_gets_next_to_nothing_has_a_turn_and_no_other_is_behind_again()
    {
        using var end = new CancellationTokenSource();
        var build = node.RunAsync(node.Shell("build-turns", "sleep 60") with { Group = ContainerGroup.Builds }, ct: end.Token);
        await Eventually.TrueAsync("builds have a turn", TimeSpan.FromSeconds(20), async () => await IdleAsync() == "0");
        // 204 of 1024 on the scale of each version.
        if (File.Exists(Group + "/cpu.weight")) Assert.Equal("29", (await File.ReadAllTextAsync(Group + "/cpu.weight")).Trim());
        else Assert.Equal("204", (await File.ReadAllTextAsync(Group + "/cpu.shares")).Trim());
        await Eventually.TrueAsync("the turn is over", TimeSpan.FromSeconds(20), async () => await IdleAsync() == "1");
        await Eventually.TrueAsync("they have another", TimeSpan.FromSeconds(20), async () => await IdleAsync() == "0");
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
        Assert.Equal("1", await IdleAsync());
    }

    private static async Task<string> IdleAsync() => (await File.ReadAllTextAsync(Group + "/cpu.idle")).Trim();
}
