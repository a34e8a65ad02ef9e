using Paas.Images.Snapshots;
using Paas.Images.Stacks;
using Paas.Testing;
using Xunit.Abstractions;

namespace Paas.Images.Tests;

/// <summary>Builds the stack once per recipe (about a minute, from Debian's mirror), then takes it from the cache.</summary>
public sealed class StackBuilderTests : IDisposable
{
    private static readonly string Cache = Path.Combine(Repository.Root, "artifacts", "stack-cache");

    private readonly TemporaryDirectory _directory = new();
    private readonly ITestOutputHelper _output;
    private readonly ImageStore _images;

    public StackBuilderTests(ITestOutputHelper output)
    {
        _output = output;
        _images = new ImageStore(new ContentStore(_directory.Combine("images")), new Snapshotter(_directory.Combine("snapshots")));
    }

    public void Dispose() => _directory.Dispose();

    private StackOptions Options => new() { WorkDirectory = _directory.Combine("work"), CacheDirectory = Cache };

    [RootFact]
    public async Task The_stack_has_what_apps_and_builds_need_and_nothing_of_this_host()
    {
        var began = DateTime.UtcNow;
        var stack = await new StackBuilder(_images, Options).BuildAsync(line => _output.WriteLine($"{DateTime.UtcNow - began:mm\\:ss} {line}"), default);
        _output.WriteLine($"run {stack.Run.SizeBytes / 1e6:f0} MB, build {stack.Build.SizeBytes / 1e6:f0} MB, {DateTime.UtcNow - began}");
        Assert.Equal(stack.Run.Manifest.Layers, stack.Build.Manifest.Layers.Take(1));
        Assert.Equal(2, stack.Build.Manifest.Layers.Count);
        Assert.False(Directory.Exists(_directory.Combine("work", "build")));

        began = DateTime.UtcNow;
        await _images.UnpackAsync(stack.Build, default);
        _output.WriteLine($"unpacked in {DateTime.UtcNow - began}");
        var run = _images.Snapshotter.LayersOf(stack.Run.ChainId)[0];
        Assert.True(File.Exists(Path.Combine(run, "usr/bin/tini")));
        Assert.Contains("paas:x:1000:1000:", File.ReadAllText(Path.Combine(run, "etc/passwd")), StringComparison.Ordinal);
        Assert.Empty(File.ReadAllText(Path.Combine(run, "etc/resolv.conf")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(run, "dev")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(run, "var/log"), "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(run, "var/lib/apt/lists"), "*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.Combine(run, "usr/local/share/ca-certificates")) && Directory.EnumerateFileSystemEntries(Path.Combine(run, "usr/local/share/ca-certificates")).Any());
        AssertOnlyDebiansCertificates(run);

        var mount = await _images.PrepareAsync(stack.Build, "test", default);
        var root = Directory.CreateDirectory(_directory.Combine("root")).FullName;
        var versions = Trees.Run(
            "unshare", "--mount", "--propagation", "private", "--", "sh", "-ec",
            $"""
            mount -t overlay overlay -o lowerdir={string.Join(':', mount.LowerDirectories)},upperdir={mount.UpperDirectory},workdir={mount.WorkDirectory} {root}
            mknod -m 666 {root}/dev/null c 1 3
            chroot {root} sh -ec 'node --version; npm --version; gcc --version; python3 -c "print(42)"; git --version; id paas; dpkg --audit
            mkdir /tmp/p; cd /tmp/p; echo "{"{}"}" > package.json; npm query ":root"; apt-get check'
            """);
        _output.WriteLine(versions);
        Assert.Contains("uid=1000(paas) gid=1000(paas)", versions, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_stack_in_the_store_is_not_built_again()
    {
        var builder = new StackBuilder(_images, Options);
        var first = await builder.BuildAsync(_output.WriteLine, default);
        var lines = new List<string>();
        var second = await builder.BuildAsync(lines.Add, default);
        Assert.Empty(lines);
        Assert.Equal(first.Build.Digest, second.Build.Digest);
    }

    [RootFact]
    public async Task A_mirror_that_is_not_there_is_named_and_leaves_nothing()
    {
        var options = Options with { CacheDirectory = null, Mirrors = ["http://127.0.0.1:1/debian"] };
        var error = await Assert.ThrowsAsync<StackException>(() => new StackBuilder(_images, options).BuildAsync(_output.WriteLine, default));
        _output.WriteLine(error.Message);
        Assert.Contains("mirror cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
        Assert.False(Directory.Exists(_directory.Combine("work", "build")));
        Assert.Empty(_images.Content.References());
        Assert.DoesNotContain(_directory.Path, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_cancelled_build_ends_at_once_and_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var options = Options with { CacheDirectory = null };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new StackBuilder(_images, options).BuildAsync(_ => cancellation.Cancel(), cancellation.Token));
        Assert.False(Directory.Exists(_directory.Combine("work", "build")));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("$(id)")]
    [InlineData("")]
    public void Package_names_are_checked_before_a_shell_sees_them(string name) =>
        Assert.Throws<StackException>(() => new StackBuilder(_images, Options with { ExtraRunPackages = [name] }));

    private static void AssertOnlyDebiansCertificates(string root)
    {
        // The bundle is made of Debian's certificates, each of which is a file of the package.
        var bundle = File.ReadAllText(Path.Combine(root, "etc/ssl/certs/ca-certificates.crt"));
        var packaged = Directory.EnumerateFiles(Path.Combine(root, "usr/share/ca-certificates"), "*.crt", SearchOption.AllDirectories);
        var known = packaged.Select(path => File.ReadAllText(path).Trim()).ToHashSet(StringComparer.Ordinal);
        var certificates = bundle.Split("-----END CERTIFICATE-----", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.NotEmpty(certificates);
        Assert.All(certificates, certificate => Assert.Contains($"{certificate}\n-----END CERTIFICATE-----", known));
    }
}
