using Paas.Linux;
using Paas.Node.Processes;
using Paas.Testing;

namespace Paas.Node.Tests.Hosts;

[Collection(nameof(TestNode))]
public sealed class UpkeepTests(TestNode node)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [RootFact]
    public async Task A_leftover_that_cannot_be_removed_keeps_neither_the_start_nor_the_rest_and_goes_when_it_can()
    {
        using var held = new Unremovable(node, "a-held");
        Directory.CreateDirectory(node.Options.DataDirectory + "/containers/b-free");
        await using var next = node.NewHost();

        await next.PrepareHostAsync(None);

        Assert.Empty(node.Traces("b-free"));
        Assert.Contains("a-held", Assert.Single(await next.KeepHostAsync(None)));
        Assert.Empty(await next.KeepHostAsync(None));
        Assert.NotEmpty(node.Traces("a-held"));

        held.Dispose();
        Assert.Empty(await next.KeepHostAsync(None));
        Assert.Empty(node.Traces("a-held"));
    }

    [RootFact]
    public async Task What_cannot_be_cleaned_up_hides_no_error_and_is_removed_later()
    {
        using var cancel = new CancellationTokenSource();
        using var output = new MemoryStream();
        var running = node.Host.RunAsync(node.Shell("unclean", "sleep 1000"), new RunStreams(null, output, output), cancel.Token);
        await TestNode.UntilAsync(() => Task.FromResult(node.ProcessesOf("unclean").Count > 0), "the container");
        using (new Unremovable(node, "unclean"))
        {
            await node.Host.KeepHostAsync(None);
            Assert.False(running.IsCompleted);
            await cancel.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            Assert.Contains("unclean", Assert.Single(await node.Host.KeepHostAsync(None)));
        }

        Assert.Empty(await node.Host.KeepHostAsync(None));
        Assert.Empty(node.Traces("unclean"));
    }

    [RootFact]
    public async Task Upkeep_leaves_alone_what_runs_and_brings_the_firewall_back()
    {
        var started = await node.Host.StartAsync(node.WebServer("kept"), None);
        Assert.Empty(await node.Host.KeepHostAsync(None));
        await HostCommand.RunAsync("nft", ["delete", "table", "inet", "paas_" + TestNode.Bridge], null, None);

        Assert.Contains("firewall", Assert.Single(await node.Host.KeepHostAsync(None)));

        Assert.Empty(await node.Host.KeepHostAsync(None));
        var (status, _) = await HostCommand.RunAsync("nft", ["list", "table", "inet", "paas_" + TestNode.Bridge], null, None);
        Assert.Equal(0, status);
        await TestNode.UntilAsync(async () => await TestNode.GetAsync(started.State!.Address!) == "page-of-kept\n", "the page");
        await node.Host.RemoveAsync("kept", None);
    }

    /// <summary>A container's directory that stays while something is mounted in it, as with a process that does not end.</summary>
    private sealed class Unremovable : IDisposable
    {
        private string? _mounted;

        public Unremovable(TestNode node, string id)
        {
            _mounted = Directory.CreateDirectory(Path.Combine(node.Options.DataDirectory, "containers", id, "mounted")).FullName;
            Mounts.Mount("tmpfs", _mounted, "tmpfs", 0, null);
        }

        public void Dispose()
        {
            if (_mounted is not null) Mounts.Unmount(_mounted);
            _mounted = null;
        }
    }
}
