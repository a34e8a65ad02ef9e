using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;
using Paas.Images.Remote;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing.Servers;

namespace Paas.Images.Tests.Remote;

/// <summary>Registries and networks that misbehave: what can be had is had, and what comes is only what was asked for.</summary>
public sealed class PullFaultTests : IAsyncLifetime, IDisposable
{
    private readonly RemoteImages _here = new();
    private readonly RemoteImages _there = new();
    private DockerRegistry _registry = null!;
    private FaultProxy _proxy = null!;
    private Image _image = null!;

    public async Task InitializeAsync()
    {
        _registry = await DockerRegistry.StartAsync();
        _proxy = await FaultProxy.StartAsync(_registry.Host);
        _image = await _here.MakeAsync("faults", 700_000, 50_000);
        await _here.PushAsync(_image, $"{_registry.Host}/app:1");
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _registry.DisposeAsync();
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_download_that_breaks_goes_on_where_it_broke(bool withoutRange)
    {
        var broken = new ConcurrentDictionary<string, int>();
        _proxy.Behave = context => _proxy.ForwardAsync(
            context, IsBlob(context) && broken.AddOrUpdate(context.Request.Path, 1, (_, n) => n + 1) <= 3 ? 100_000 : long.MaxValue, withoutRange);
        Assert.Equal(_image.Digest, (await PullAsync()).Digest);
        var large = _proxy.SeenOn($"{_image.Manifest.Layers[0].Digest}").Select(request => request.Range).ToList();
        Assert.Equal("", large[0]);
        Assert.True(large.Count > 1 && large.Skip(1).All(range => range.StartsWith("bytes=", StringComparison.Ordinal)), string.Join(' ', large));
    }

    [Fact]
    public async Task A_server_that_breaks_each_time_at_the_same_place_is_given_up()
    {
        _proxy.Behave = context => _proxy.ForwardAsync(context, IsBlob(context) ? 0 : long.MaxValue);
        var error = await Assert.ThrowsAsync<RegistryException>(() => PullAsync());
        Assert.Equal(RegistryFailure.Unavailable, error.Failure);
        Assert.Empty(_there.Store.Content.References());
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(500)]
    public async Task A_busy_registry_is_asked_again(int status)
    {
        var asked = new ConcurrentDictionary<string, int>();
        _proxy.Behave = context =>
        {
            if (asked.AddOrUpdate(context.Request.Path, 1, (_, n) => n + 1) > 2) return _proxy.ForwardAsync(context);
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "0";
            return Task.CompletedTask;
        };
        Assert.Equal(_image.Digest, (await PullAsync()).Digest);
    }

    [Fact]
    public async Task A_registry_that_stays_busy_is_given_up_in_its_own_words()
    {
        _proxy.Behave = async context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "0";
            await context.Response.WriteAsync("""{"errors":[{"code":"TOOMANYREQUESTS","message":"slow \u001b[31mdown"}]}""");
        };
        var error = await Assert.ThrowsAsync<RegistryException>(() => PullAsync());
        Assert.Equal(RegistryFailure.RateLimited, error.Failure);
        Assert.EndsWith(": slow  [31mdown", error.Message, StringComparison.Ordinal);
        Assert.Equal(RemoteImages.Quick.Attempts, _proxy.SeenOn("/manifests/").Count());
    }

    [Fact]
    public async Task Credentials_do_not_follow_a_redirect_to_another_host()
    {
        await using var storage = await FaultProxy.StartAsync(_registry.Host);
        await using var locked = await FaultProxy.StartAsync(_registry.Host);
        locked.Behave = context =>
        {
            if (context.Request.Headers.Authorization.Count == 0)
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"r\"";
                return Task.CompletedTask;
            }

            if (!IsBlob(context)) return locked.ForwardAsync(context);
            context.Response.Redirect($"http://{storage.Host}{context.Request.Path}");
            return Task.CompletedTask;
        };
        Assert.Equal(_image.Digest, (await _there.PullAsync($"{locked.Host}/app:1", find: _ => new("ann", "secret"))).Digest);
        Assert.NotEmpty(storage.Seen);
        Assert.All(storage.Seen, request => Assert.Equal("", request.Authorization));
    }

    [Fact]
    public async Task Redirects_in_circles_end()
    {
        _proxy.Behave = context =>
        {
            context.Response.Redirect(context.Request.Path);
            return Task.CompletedTask;
        };
        Assert.Contains("circles", (await Assert.ThrowsAsync<RegistryException>(() => PullAsync())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Other_content_than_asked_for_is_refused(bool longer)
    {
        var layer = _image.Manifest.Layers[0];
        _proxy.Behave = async context =>
        {
            if (!context.Request.Path.Value!.Contains($"{layer.Digest}", StringComparison.Ordinal))
            {
                await _proxy.ForwardAsync(context);
                return;
            }

            await context.Response.Body.WriteAsync(new byte[layer.Size + (longer ? 1 : 0)]);
        };
        var error = await Assert.ThrowsAsync<RegistryException>(() => PullAsync());
        Assert.Equal(RegistryFailure.Invalid, error.Failure);
        Assert.False(_there.Store.Content.Contains(layer.Digest));
        Assert.Empty(_there.Store.Content.References());
    }

    [Fact]
    public async Task A_manifest_that_is_not_the_one_asked_for_is_refused()
    {
        _proxy.Behave = async context =>
        {
            context.Response.ContentType = MediaTypes.Manifest;
            await context.Response.Body.WriteAsync(ImageDocuments.Serialize(_image.Manifest with { Annotations = new Dictionary<string, string> { ["a"] = "b" } }));
        };
        Assert.Equal(RegistryFailure.Invalid, (await Assert.ThrowsAsync<RegistryException>(() => _there.PullAsync($"{_proxy.Host}/app@{_image.Digest}"))).Failure);
    }

    public static TheoryData<string, string, string> UselessManifests { get; } = new()
    {
        { MediaTypes.Manifest, "{}", "cannot be used" },
        { MediaTypes.Manifest, "[]", "cannot be used" },
        { MediaTypes.Manifest, "<html>", "cannot be used" },
        { "application/vnd.docker.distribution.manifest.v1+prettyjws", "{\"schemaVersion\":1}", "schema 1" },
        { MediaTypes.Manifest, $$"""{"schemaVersion":2,"manifests":[],"layers":[]}""", "at once" },
        { MediaTypes.Manifest, """{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0},"layers":[{"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0}]}""", "no container image" },
        { MediaTypes.Manifest, """{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":1},"layers":[{"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":9223372036854775807},{"mediaType":"a/b","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":9223372036854775807}]}""", "the limit is" },
        { MediaTypes.Index, """{"schemaVersion":2,"manifests":[]}""", "no variant" },
    };

    [Theory]
    [MemberData(nameof(UselessManifests))]
    public async Task A_manifest_that_is_none_is_refused_with_the_reason(string mediaType, string content, string reason)
    {
        _proxy.Behave = async context =>
        {
            context.Response.ContentType = mediaType;
            await context.Response.WriteAsync(content);
        };
        Assert.Contains(reason, (await Assert.ThrowsAsync<RegistryException>(() => PullAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_manifest_is_not_read_to_its_end()
    {
        _proxy.Behave = async context =>
        {
            var piece = new byte[64 * 1024];
            Array.Fill(piece, (byte)' ');
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        };
        Assert.Contains("more than 4096 KiB", (await Assert.ThrowsAsync<RegistryException>(() => PullAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_says_nothing_is_not_waited_for_for_ever()
    {
        _proxy.Behave = context => context.Request.Path == "/v2/" ? Task.CompletedTask : Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        var error = await Assert.ThrowsAsync<RegistryException>(
            () => _there.PullAsync($"{_proxy.Host}/app:1", RemoteImages.Quick with { StallTimeout = TimeSpan.FromMilliseconds(300), Attempts = 2 }));
        Assert.Equal(RegistryFailure.Unavailable, error.Failure);
        Assert.Contains("no answer within", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_is_asked_first_and_the_registry_where_it_fails()
    {
        var mirrors = new Dictionary<string, IReadOnlyList<Uri>> { [_registry.Host] = [new Uri($"http://{_proxy.Host}")] };
        var options = RemoteImages.Quick with { Mirrors = mirrors, Attempts = 1 };
        var lost = $"{_image.Manifest.Layers[0].Digest}";
        _proxy.Behave = context =>
        {
            if (!context.Request.Path.Value!.Contains(lost, StringComparison.Ordinal)) return _proxy.ForwardAsync(context);
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        Assert.Equal(_image.Digest, (await _there.PullAsync($"{_registry.Host}/app:1", options)).Digest);
        Assert.NotEmpty(_proxy.SeenOn("/manifests/"));
        Assert.Equal(_image.Digest, _there.Store.Content.Resolve($"{_registry.Host}/app:1")!.Digest);

        _proxy.Behave = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        using var third = new RemoteImages();
        Assert.Equal(_image.Digest, (await third.PullAsync($"{_registry.Host}/app:1", options)).Digest);
    }

    [Fact]
    public async Task Two_pulls_at_once_fetch_each_blob_once()
    {
        var puller = new ImagePuller(_there.Store, _there.Client());
        var reference = Reference.Parse($"{_proxy.Host}/app:1");
        var images = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => puller.PullAsync(reference, null, null, default)));
        Assert.All(images, image => Assert.Equal(_image.Digest, image.Digest));
        Assert.Equal(_image.Manifest.Layers.Count + 1, _proxy.SeenOn("/blobs/").Count());
    }

    [Fact]
    public async Task A_pull_that_is_given_up_leaves_no_reference_and_no_half_blob()
    {
        using var end = new CancellationTokenSource();
        _proxy.Behave = context =>
        {
            if (IsBlob(context)) end.Cancel();
            return _proxy.ForwardAsync(context, IsBlob(context) ? 1000 : long.MaxValue);
        };
        var puller = new ImagePuller(_there.Store, _there.Client());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => puller.PullAsync(Reference.Parse($"{_proxy.Host}/app:1"), null, null, end.Token));
        Assert.Empty(_there.Store.Content.References());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_there.Store.Content.Root, "ingest")));
    }

    private static bool IsBlob(HttpContext context) => context.Request.Path.Value!.Contains("/blobs/sha256:", StringComparison.Ordinal);

    private Task<Image> PullAsync() => _there.PullAsync($"{_proxy.Host}/app:1");
}
