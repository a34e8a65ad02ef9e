using Paas.Testing;

namespace Paas.Node.Tests.Hosts;

[Collection(nameof(TestNode))]
public sealed class BuildsBehindAppsTests(TestNode node)
{
    [RootFact]
    public async Task All_builds_together_have_a_fifth_of_what_the_apps_have()
    {
        await node.Host.PrepareHostAsync(CancellationToken.None);
        var group = TestNode.CgroupParent.Trim('/') + "/builds";
        var unified = $"/sys/fs/cgroup/{group}/cpu.weight";
        // 204 of 1024 on the scale of each version.
        if (File.Exists(unified)) Assert.Equal("29", (await File.ReadAllTextAsync(unified)).Trim());
        else Assert.Equal("204", (await File.ReadAllTextAsync($"/sys/fs/cgroup/cpu/{group}/cpu.shares")).Trim());
    }
}
