using System.Text.Json;
using Paas.Images.Remote;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing.Servers;

namespace Paas.Images.Tests.Remote;

/// <summary>Pull and push against Debian's docker-registry, with skopeo as the other client.</summary>
public sealed class RegistryTests : IAsyncLifetime, IDisposable
{
    private readonly RemoteImages _here = new();
    private readonly RemoteImages _there = new();
    private DockerRegistry _registry = null!;

    public async Task InitializeAsync() => _registry = await DockerRegistry.StartAsync();

    public async Task DisposeAsync() => await _registry.DisposeAsync();

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    [Fact]
    public async Task What_was_pushed_is_what_others_see_and_what_is_pulled()
    {
        var image = await _here.MakeAsync("a", 100_000, 3_000_000, 10);
        await _here.PushAsync(image, $"{_registry.Host}/team/app:v1");
        Assert.Equal($"{image.Digest}", Skopeo("inspect", "--format", "{{.Digest}}", "--tls-verify=false", $"docker://{_registry.Host}/team/app:v1").Trim());

        var pulled = await _there.PullAsync($"{_registry.Host}/team/app:v1");
        Assert.Equal(image.Digest, pulled.Digest);
        Assert.Equal(image.Config.Config!.Cmd, pulled.Config.Config!.Cmd);
        Assert.All(image.Manifest.Layers, layer => Assert.True(_there.Store.Content.Contains(layer.Digest)));
        Assert.Equal(image.Digest, _there.Store.Content.Resolve($"{_registry.Host}/team/app:v1")!.Digest);
        Assert.Equal(image.Digest, (await _there.PullAsync($"{_registry.Host}/team/app@{image.Digest}")).Digest);
    }

    [Fact]
    public async Task Images_in_Dockers_format_are_pulled_as_they_are()
    {
        var image = await _here.MakeAsync("docker", 1000, 2000);
        await _here.PushAsync(image, $"{_registry.Host}/oci:1");
        Skopeo("copy", "--format", "v2s2", "--src-tls-verify=false", "--dest-tls-verify=false", $"docker://{_registry.Host}/oci:1", $"docker://{_registry.Host}/docker:1");
        var pulled = await _there.PullAsync($"{_registry.Host}/docker:1");
        Assert.Equal(MediaTypes.DockerManifest, pulled.Descriptor.MediaType);
        Assert.Equal(image.Config.Rootfs.DiffIds, pulled.Config.Rootfs.DiffIds);
    }

    [Fact]
    public async Task An_index_gives_the_platforms_image()
    {
        var (mine, other) = (await _here.MakeAsync("mine", 10), await _here.MakeAsync("other", 10));
        await _here.PushAsync(mine, $"{_registry.Host}/multi:mine");
        await _here.PushAsync(other, $"{_registry.Host}/multi:other");
        string Entry(Image image, string platform) =>
            $$"""{"mediaType":"{{MediaTypes.Manifest}}","digest":"{{image.Digest}}","size":{{image.Descriptor.Size}},"platform":{{platform}}}""";
        var current = JsonSerializer.Serialize(new { architecture = Platform.Current.Architecture, os = "linux" });
        var index = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.Index}}","manifests":[{{Entry(other, """{"architecture":"s390x","os":"linux"}""")}},{{Entry(mine, current)}}]}""";
        await RemoteImages.PutManifestAsync(_registry.Host, "multi", "latest", MediaTypes.Index, index);

        Assert.Equal(mine.Digest, (await _there.PullAsync($"{_registry.Host}/multi")).Digest);
        Assert.Equal(Digest.Compute(System.Text.Encoding.UTF8.GetBytes(index)), await _there.Client().ResolveAsync(Reference.Parse($"{_registry.Host}/multi"), default));
        // The index is here now, and nothing of the other platform.
        var digest = Digest.Compute(System.Text.Encoding.UTF8.GetBytes(index));
        Assert.Equal((digest, false), (OriginIndex.Find(_there.Store.Content, mine.Digest)!.Value, _there.Store.Content.Contains(other.Digest)));
        Assert.Equal(index, System.Text.Encoding.UTF8.GetString(await _there.Store.Content.ReadAsync(digest, default)));
        Assert.Equal(mine.Digest, (await _there.Store.LoadAsync(digest, default)).Digest);
        // The other manifest is listed for s390x, but its configuration says otherwise.
        var error = await Assert.ThrowsAsync<RegistryException>(() => _there.PullAsync($"{_registry.Host}/multi", platform: Platform.Parse("linux/s390x")));
        Assert.Contains("is for linux/", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<RegistryException>(() => _there.PullAsync($"{_registry.Host}/multi", platform: Platform.Parse("linux/riscv64")));
        Assert.Equal(RegistryFailure.NotFound, error.Failure);
        Assert.Contains("no variant for linux/riscv64; it has linux/s390x, linux/", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_registry_does_not_have_is_said_and_leaves_nothing()
    {
        var error = await Assert.ThrowsAsync<RegistryException>(() => _here.PullAsync($"{_registry.Host}/no/such:tag"));
        Assert.Equal(RegistryFailure.NotFound, error.Failure);
        Assert.Contains($"{_registry.Host}/no/such:tag", error.Message, StringComparison.Ordinal);
        Assert.Empty(_here.Store.Content.References());
        error = await Assert.ThrowsAsync<RegistryException>(() => _here.PullAsync($"127.0.0.1:{Testing.Ports.Free()}/app"));
        Assert.Equal(RegistryFailure.Unavailable, error.Failure);
    }

    [Fact]
    public async Task A_login_is_asked_for_taken_and_never_shown()
    {
        await using var registry = await DockerRegistry.StartAsync("ann", "s3cret:word");
        var image = await _here.MakeAsync("login", 1000);
        static RegistryCredential? Ann(string host) => new("ann", "s3cret:word");
        var error = await Assert.ThrowsAsync<RegistryException>(() => _here.PushAsync(image, $"{registry.Host}/app"));
        Assert.Equal((RegistryFailure.Unauthenticated, true), (error.Failure, error.Message.Contains("wants a login", StringComparison.Ordinal)));
        error = await Assert.ThrowsAsync<RegistryException>(() => _here.PushAsync(image, $"{registry.Host}/app", find: _ => new("ann", "wrong")));
        Assert.Equal((RegistryFailure.Unauthenticated, false), (error.Failure, error.ToString().Contains("wrong", StringComparison.Ordinal)));
        await _here.PushAsync(image, $"{registry.Host}/app", find: Ann);
        Assert.Equal(image.Digest, (await _there.PullAsync($"{registry.Host}/app", find: Ann)).Digest);

        await _here.Client().CheckLoginAsync(registry.Host, new("ann", "s3cret:word"), default);
        await Assert.ThrowsAsync<RegistryException>(() => _here.Client().CheckLoginAsync(registry.Host, new("ann", "no"), default));
        Assert.DoesNotContain("s3cret", $"{Ann("")}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_another_repository_has_is_not_sent_again()
    {
        await using var proxy = await FaultProxy.StartAsync(_registry.Host);
        var image = await _here.MakeAsync("mount", 200_000);
        await _here.PushAsync(image, $"{proxy.Host}/first");
        _here.Store.Content.SetReference($"{proxy.Host}/first:latest", image.Descriptor);
        proxy.Seen.Clear();
        await _here.PushAsync(image, $"{proxy.Host}/second");
        Assert.Single(proxy.SeenOn("/second/"), request => request.Method == "PUT" && request.Path.Contains("/uploads/", StringComparison.Ordinal));
        proxy.Seen.Clear();
        await _here.PushAsync(image, $"{proxy.Host}/second:again");
        Assert.DoesNotContain(proxy.Seen, request => request.Method == "POST");
    }

    [Fact]
    public async Task An_upload_that_breaks_is_begun_again()
    {
        await using var proxy = await FaultProxy.StartAsync(_registry.Host);
        var faults = 0;
        proxy.Behave = context =>
        {
            if (context.Request.Method != "PUT" || !context.Request.Path.Value!.Contains("/uploads/", StringComparison.Ordinal) || Interlocked.Increment(ref faults) > 3)
                return proxy.ForwardAsync(context);
            context.Abort();
            return Task.CompletedTask;
        };
        var image = await _here.MakeAsync("upload", 500_000, 10);
        await _here.PushAsync(image, $"{proxy.Host}/app");
        Assert.True(faults > 3);
        Assert.Equal(image.Digest, (await _there.PullAsync($"{_registry.Host}/app")).Digest);
    }

    private static string Skopeo(params string[] arguments) => Trees.Run("skopeo", arguments);
}
