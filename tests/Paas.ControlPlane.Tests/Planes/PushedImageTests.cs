using System.Text.Json;
using System.Text.Json.Nodes;
using Paas.Contracts.Api;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Registry;
using Paas.Images;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>Images that are pushed to the registry, and released.</summary>
public sealed class PushedImageTests : PlaneTest
{
    private ImageRegistry Registry => Plane.Get<ImageRegistry>();

    [RootFact]
    public async Task An_image_pushed_as_latest_is_released_with_its_command_and_port()
    {
        await CreateAsync("hello");
        var image = await PushImageAsync("hello", "latest", "listen");
        await EventuallyAsync(async () => (await Platform.GetAppAsync("hello", default)).CurrentRelease == 1, "the release is live");
        var release = Assert.Single(await Platform.ListReleasesAsync("hello", default));
        Assert.Equal((ReleaseReason.Image, "Deploy hello:latest", image.ToString()), (release.Reason, release.Description, release.ImageDigest));
        Assert.Equal("""["listen"]""", release.Processes["web"]);
        var started = Assert.Single(Node.Started);
        Assert.Equal(["listen"], started.Args);
        Assert.Equal("8081", started.Env["PORT"]);
        Assert.EndsWith(":8081", Assert.Single(Router.Snapshot!.Apps.Single(app => app.Name == "hello").Endpoints).Address, StringComparison.Ordinal);

        // A change of config keeps command and port.
        await Platform.ChangeConfigAsync("hello", new ConfigChange(new Dictionary<string, string?> { ["A"] = "b" }), default);
        Assert.Equal(("8081", "b"), (Node.Started[^1].Env["PORT"], Node.Started[^1].Env["A"]));
        Assert.Equal(image.ToString(), (await Platform.ListReleasesAsync("hello", default))[0].ImageDigest);
        // The registry shows releases as tags.
        Assert.Equal(["latest", "v1", "v2"], Registry.Tags("hello", null, null).Tags);
        Assert.Equal(image, (await Registry.GetManifestAsync("hello", "v2", default)).Digest);
    }

    [RootFact]
    public async Task Another_tag_is_only_kept_until_it_is_the_one_that_is_released()
    {
        await CreateAsync("hello");
        await PushImageAsync("hello", "v1", "listen");
        await PushImageAsync("hello/sub", "latest", "listen");
        Assert.Empty(Plane.Get<RegistryStore>().RequestedDeployments());
        Assert.Null((await Platform.GetAppAsync("hello", default)).CurrentRelease);

        Plane.Get<RegistryStore>().SetDeployTag("hello", RegistryStore.EveryTag);
        await PushImageAsync("hello", "v2", "listen");
        await EventuallyAsync(async () => (await Platform.GetAppAsync("hello", default)).CurrentRelease == 1, "the release is live");
        Plane.Get<RegistryStore>().SetDeployTag("hello", null);
        await PushImageAsync("hello", "latest", "listen");
        Assert.Empty(Plane.Get<RegistryStore>().RequestedDeployments());
    }

    [RootFact]
    public async Task An_index_is_released_by_what_it_names_for_this_host_if_that_was_pushed_to_the_app()
    {
        await CreateAsync("hello");
        await CreateAsync("other");
        var (mine, others) = (await PushImageAsync("hello", "v1", "listen"), await PushImageAsync("other", "v1", "listen"));
        var refused = await PushIndexAsync("latest", others);
        await EventuallyAsync(() => Plane.Get<RegistryStore>().RequestedDeployments().Count == 0, "the push was tried");
        Assert.Empty(await Platform.ListReleasesAsync("hello", default));
        var error = await Assert.ThrowsAsync<Contracts.Errors.PaasException>(() => Platform.GetImageAsync("hello", "latest", default));
        Assert.Contains($"{others.Abbreviated}, was not pushed to hello", error.Message, StringComparison.Ordinal);

        var index = await PushIndexAsync("latest", mine);
        await EventuallyAsync(async () => (await Platform.GetAppAsync("hello", default)).CurrentRelease == 1, "the release is live");
        Assert.Equal(mine.ToString(), (await Platform.ListReleasesAsync("hello", default))[0].ImageDigest);
        Assert.NotEqual(refused, index);
        var described = await Platform.GetImageAsync("hello", index.ToString(), default);
        Assert.Equal((mine.ToString(), index.ToString()), (described.Digest, described.Index!.Digest));
        Assert.Equal(["linux/s390x", $"{Oci.Images.Platform.Current}"], described.Index.Platforms);
    }

    [RootFact]
    public async Task An_image_that_buildpacks_made_brings_all_its_process_types()
    {
        await CreateAsync("hello");
        await PushImageAsync("hello", "latest", "listen", config =>
        {
            config["Entrypoint"] = new JsonArray("/cnb/process/web");
            config.Remove("Cmd");
            config["Labels"] = new JsonObject
            {
                ["io.buildpacks.build.metadata"] =
                    """{"processes":[{"type":"web","command":["bash","-c","listen"],"args":[],"direct":true},{"type":"worker","command":"work","args":["on it"],"direct":true},{"type":"no/type","command":["x"]}]}""",
            };
        });
        await EventuallyAsync(async () => (await Platform.GetAppAsync("hello", default)).CurrentRelease == 1, "the release is live");
        var release = Assert.Single(await Platform.ListReleasesAsync("hello", default));
        Assert.Equal(new Dictionary<string, string> { ["web"] = "listen", ["worker"] = "work 'on it'" }, release.Processes.ToDictionary());
    }

    [RootFact]
    public async Task A_push_that_does_not_become_healthy_leaves_the_old_release_and_says_why()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        await PushImageAsync("hello", "latest", LoopbackNode.ExitAtOnce);
        await EventuallyAsync(() => Plane.Get<RegistryStore>().RequestedDeployments().Count == 0, "the push was tried");
        Assert.Equal(1, (await Platform.GetAppAsync("hello", default)).CurrentRelease);
        await EventuallyAsync(
            async () =>
            {
                var log = new List<string>();
                await foreach (var line in Platform.ReadLogsAsync("hello", new LogQuery(Source: "paas"), default)) log.Add(line.Text);
                return log.Any(line => line.StartsWith("hello:latest was pushed, but not released: v2 of hello did not go live.", StringComparison.Ordinal));
            },
            "the log says why");
    }

    [RootFact]
    public async Task A_push_that_was_not_released_before_the_end_of_paasd_is_released_after_it()
    {
        await CreateAsync("hello");
        // Nobody looks for requests, as when paasd is killed just then.
        await Plane.Get<PushedImages>().StopAsync();
        await PushImageAsync("hello", "latest", "listen");
        await PushImageAsync("hello", "latest", "listen");
        Assert.Single(Plane.Get<RegistryStore>().RequestedDeployments());
        await Plane.DisposeAsync();
        Plane = await Plane.StartAsync(Options, Node, Builder);
        await EventuallyAsync(async () => (await Platform.GetAppAsync("hello", default)).CurrentRelease == 1, "the release is live");
        await EventuallyAsync(() => Plane.Get<RegistryStore>().RequestedDeployments().Count == 0, "the request is done");
    }

    [RootFact]
    public async Task What_cannot_run_here_is_refused_in_words()
    {
        await CreateAsync("hello");
        var images = Plane.Get<ImageStore>();
        var silent = await TestImage.MakeAsync(images, 10);
        Assert.Contains("does not say what to run", (await RefusedAsync(silent.Digest)).Message, StringComparison.Ordinal);
        var config = await images.Content.WriteAsync(ImageDocuments.Serialize(silent.Config with { Architecture = "s390x" }), MediaTypes.Config, default);
        var foreign = await images.Content.WriteAsync(ImageDocuments.Serialize(silent.Manifest with { Config = config }), MediaTypes.Manifest, default);
        Assert.Matches("it is for linux/s390x, and this server is linux/", (await RefusedAsync(foreign.Digest)).Message);
        Assert.Contains("is not in the content store", (await RefusedAsync(Digest.Compute("nothing"u8))).Message, StringComparison.Ordinal);
        Assert.Empty(await Platform.ListReleasesAsync("hello", default));

        Task<Contracts.Errors.PaasException> RefusedAsync(Digest image) => Assert.ThrowsAsync<Contracts.Errors.PaasException>(
            () => Plane.Get<ImageDeployer>().DeployAsync("hello", image, "hello:latest", _ => { }, default));
    }

    private async Task<Digest> PushIndexAsync(string tag, Digest host)
    {
        var platform = Oci.Images.Platform.Current;
        Descriptor Entry(Digest digest, Oci.Images.Platform of) => new() { MediaType = MediaTypes.Manifest, Digest = digest, Size = 1, Platform = of };
        var index = ImageDocuments.Serialize(new ImageIndex
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.Index,
            Manifests = [Entry(Digest.Compute("elsewhere"u8), Oci.Images.Platform.Parse("linux/s390x")), Entry(host, platform)],
        });
        return (await Registry.PutManifestAsync("hello", null, [tag], MediaTypes.Index, index, default)).Digest;
    }

    private async Task<Digest> PushImageAsync(string repository, string tag, string command, Action<JsonObject>? change = null)
    {
        var content = Plane.Get<ContentStore>();
        var layer = await TestImage.LayerAsync(content, 200);
        var document = new JsonObject
        {
            ["architecture"] = Oci.Images.Platform.Current.Architecture,
            ["os"] = "linux",
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(layer.DiffId.ToString()) },
            ["config"] = new JsonObject
            {
                ["Cmd"] = new JsonArray(command),
                ["ExposedPorts"] = new JsonObject { ["9000/tcp"] = new JsonObject(), ["8081"] = new JsonObject(), ["53/udp"] = new JsonObject() },
            },
        };
        change?.Invoke(document["config"]!.AsObject());
        var config = JsonSerializer.SerializeToUtf8Bytes(document);
        var blobs = new List<Descriptor>();
        foreach (var (bytes, type) in new[] { (config, MediaTypes.Config), (await content.ReadAsync(layer.DiffId, default), MediaTypes.Layer) })
        {
            var upload = Registry.StartUpload(repository, Digest.Sha256);
            await Registry.AppendAsync(upload, new MemoryStream(bytes), null, null, default);
            await Registry.CompleteUploadAsync(repository, upload, Digest.Compute(bytes), default);
            blobs.Add(new Descriptor { MediaType = type, Digest = Digest.Compute(bytes), Size = bytes.Length });
        }

        var manifest = ImageDocuments.Serialize(new ImageManifest { SchemaVersion = 2, MediaType = MediaTypes.Manifest, Config = blobs[0], Layers = [blobs[1]] });
        return (await Registry.PutManifestAsync(repository, null, [tag], MediaTypes.Manifest, manifest, default)).Digest;
    }
}
