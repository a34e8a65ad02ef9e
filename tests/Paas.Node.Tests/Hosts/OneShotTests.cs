using System.Text;
using Paas.Contracts.Errors;
using Paas.Testing;

namespace Paas.Node.Tests.Hosts;

[Collection(nameof(TestNode))]
public sealed class OneShotTests(TestNode node)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [RootFact]
    public async Task Streams_and_status_come_through()
    {
        var (status, output, error) = await node.RunAsync(node.Shell("streams", "cat; echo to-error >&2; exit 7"), "from-input\n");

        Assert.Equal((7, "from-input\n", "to-error\n"), (status, output, error));
        Assert.Empty(node.Traces("streams"));
    }

    [RootFact]
    public async Task A_signal_is_128_and_its_number()
    {
        var (status, _, _) = await node.RunAsync(node.Shell("signalled", "sleep 100 & wait") with { Args = ["sh", "-c", "sh -c 'kill -9 $$'; exit $?"] });

        Assert.Equal(137, status);
    }

    [RootFact]
    public async Task It_runs_as_the_images_user_in_a_namespace_of_its_own()
    {
        var (_, output, _) = await node.RunAsync(node.Shell("who", "id -u; id -g; hostname; cat /proc/self/uid_map; echo $HOME; cat /etc/hosts | head -1; ps | head -2"));

        var lines = output.Split('\n');
        Assert.Equal(["1000", "1000", "web-1"], lines[..3]);
        Assert.Matches(@"^\s+0\s+18790\d+\s+65536$", lines[3]);
        Assert.Equal("/tmp", lines[4]);
        Assert.Equal("127.0.0.1\tlocalhost", lines[5]);
    }

    [RootTheory]
    [InlineData(60)]
    [InlineData(125)]
    public async Task An_image_of_many_layers_starts_and_shows_them_as_one(int layers)
    {
        var image = await node.LayersAsync(layers - 1);
        var (status, output, error) = await node.RunAsync(node.Shell($"layers-{layers}", "ls /layers | busybox wc -l; cat /layers/1 /layers/last; echo mine > /layers/1 && cat /layers/1") with { Image = image.Digest, User = "0" });

        Assert.Equal((0, $"{layers}\n1\n{layers - 1}\nmine\n", ""), (status, output, error));
        Assert.Empty(node.Traces($"layers-{layers}"));
    }

    [RootFact]
    public async Task Mounted_directories_keep_the_containers_owners_on_disk()
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0x1ff);
        var mounted = node.Shell("mounted", "echo hello > /data/new; stat -c %u /data/new; touch /fixed/x 2>/dev/null || echo read-only") with
        {
            Mounts = [new BindMount(directory.Path, "/data"), new BindMount(directory.Path, "/fixed", ReadOnly: true)],
        };

        var (status, output, error) = await node.RunAsync(mounted);

        Assert.Equal((0, "1000\nread-only\n", ""), (status, output, error));
        Assert.Equal("hello\n", await File.ReadAllTextAsync(directory.Combine("new")));
        Assert.Equal(1000u, Linux.Files.Status(directory.Combine("new")).Uid);
    }

    [RootFact]
    public async Task A_read_only_root_has_places_for_scratch()
    {
        var config = node.Shell("fixed", "touch /x 2>/dev/null || echo refused; touch /tmp/x /run/x && echo taken") with { ReadonlyRoot = true };

        var (status, output, error) = await node.RunAsync(config);

        Assert.Equal((0, "refused\ntaken\n", ""), (status, output, error));
    }

    [RootFact]
    public async Task The_kernel_is_out_of_reach()
    {
        var (_, output, _) = await node.RunAsync(node.Shell(
            "caged",
            "mount -t tmpfs none /tmp 2>/dev/null && echo mounted; echo 1 > /proc/sys/kernel/sysrq 2>/dev/null && echo wrote; " +
            "ip link set eth0 down 2>/dev/null && echo downed; head -c 1 /proc/kcore 2>/dev/null; echo end") with { User = "0" });

        Assert.Equal("end\n", output);
    }

    [RootFact]
    public async Task Offline_there_is_only_loopback()
    {
        var (_, output, _) = await node.RunAsync(node.Shell("offline", "cat /proc/net/dev") with { Offline = true });

        Assert.Contains("lo:", output);
        Assert.DoesNotContain("eth0", output);
    }

    [RootFact]
    public async Task Cancelling_kills_everything_in_it()
    {
        using var cancel = new CancellationTokenSource();
        var output = new SignalStream();
        var running = node.Host.RunAsync(
            node.Shell("cancelled", "(sleep 1000; echo late) & echo ready; sleep 1000"), new RunStreams(null, output, output), cancel.Token);
        await output.Written.WaitAsync(TimeSpan.FromSeconds(20));

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(node.Traces("cancelled"));
        Assert.DoesNotContain(await node.Host.ListAsync(None), container => container.Id == "cancelled");
    }

    [RootFact]
    public async Task It_dies_with_the_node()
    {
        var output = new SignalStream();
        var dying = node.NewHost();
        var running = dying.RunAsync(node.Shell("bereaved", "echo ready; sleep 1000"), new RunStreams(null, output, output), None);
        await output.Written.WaitAsync(TimeSpan.FromSeconds(20));

        // The kernel cannot tell the end of the thread that starts programs from the end of the whole process.
        await dying.DisposeAsync();

        Assert.Equal(137, (await running.WaitAsync(TimeSpan.FromSeconds(20))).Status);
        Assert.Empty(node.Traces("bereaved"));
    }

    [RootFact]
    public async Task A_reader_that_goes_away_ends_it()
    {
        var config = node.Shell("unread", "while true; do echo line; done");

        await Assert.ThrowsAsync<IOException>(() => node.Host.RunAsync(config, new RunStreams(null, new BrokenStream(), Stream.Null), None));

        Assert.Empty(node.Traces("unread"));
    }

    [RootFact]
    public async Task What_cannot_be_started_is_named_and_leaves_nothing()
    {
        var config = node.Shell("unstartable", "") with { Args = ["/no/such/program"] };

        var error = await Assert.ThrowsAsync<PaasException>(() => node.RunAsync(config));

        Assert.Contains("/no/such/program", error.Message);
        Assert.Empty(node.Traces("unstartable"));
    }

    [RootFact]
    public async Task Memory_beyond_the_limit_is_refused()
    {
        var hungry = node.Shell("hungry", "head -c 200000000 /dev/zero | sort > /dev/null") with
        {
            Args = ["busybox", "sh", "-c", "x=$(busybox head -c 100000000 /dev/zero | busybox tr '\\0' x); echo ${#x}"],
            Limits = new ContainerLimits(MemoryBytes: 32 << 20),
        };

        var (status, output, _) = await node.RunAsync(hungry);

        Assert.NotEqual((0, "100000000\n"), (status, output));
    }

    private sealed class SignalStream : MemoryStream
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Written => _written.Task;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Encoding.UTF8.GetString(buffer.Span).Contains("ready", StringComparison.Ordinal)) _written.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("the reader has gone");
    }
}
