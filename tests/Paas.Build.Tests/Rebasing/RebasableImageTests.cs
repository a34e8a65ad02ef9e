using System.Text.Json.Nodes;
using Paas.Build.Rebasing;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Images.Stacks;
using Paas.Testing;

namespace Paas.Build.Tests.Rebasing;

/// <summary>Images in two parts. Nothing is unpacked, so neither root nor overlays are needed.</summary>
public sealed class RebasableImageTests : IDisposable
{
    private const string MetadataLabel = "io.buildpacks.lifecycle.metadata";

    private readonly TemporaryDirectory _directory = new();
    private readonly ImageStore _images;

    public RebasableImageTests() =>
        _images = new ImageStore(new ContentStore(_directory.Combine("content")), new Snapshotter(_directory.Combine("snapshots")));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_base_is_replaced_and_nothing_else()
    {
        var (old, next) = (await RunAsync("old"), await RunAsync("new", "new too"));
        var image = await AppAsync(old);
        var parts = RebasableImage.Of(image);
        Assert.Equal((2, old.Digest, true, false), (parts.AppLayers, parts.BaseDigest, parts.IsOn(old), parts.IsOn(next)));

        var rebased = await parts.OntoAsync(_images, next, "stack/run:test", default);
        Assert.Equal([.. next.Manifest.Layers, .. image.Manifest.Layers.Skip(1)], rebased.Manifest.Layers);
        Assert.Equal([.. next.Config.Rootfs.DiffIds, .. image.Config.Rootfs.DiffIds.Skip(1)], rebased.Config.Rootfs.DiffIds);
        Assert.Equal(["new", "new too", "layer one", "the app"], rebased.Config.History!.Select(step => step.CreatedBy));
        Assert.Equal(image.Config.Config!.Env, rebased.Config.Config!.Env);
        Assert.Equal(image.Config.Config.Cmd, rebased.Config.Config.Cmd);
        var metadata = JsonNode.Parse(rebased.Config.Config.Labels![MetadataLabel])!;
        Assert.Equal(next.Config.Rootfs.DiffIds[^1].ToString(), metadata["runImage"]!["topLayer"]!.GetValue<string>());
        Assert.Equal($"stack/run:test@{next.Digest}", metadata["runImage"]!["reference"]!.GetValue<string>());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(image.Config.Config.Labels![MetadataLabel])!["buildpacks"], metadata["buildpacks"]));
        Assert.Equal("of new", rebased.Config.Config.Labels["io.buildpacks.base.description"]);

        // The same two give the same image; the way there and back is the image it was but for what its base is called.
        Assert.Equal(rebased.Digest, (await RebasableImage.Of(image).OntoAsync(_images, next, "stack/run:test", default)).Digest);
        var back = await RebasableImage.Of(await _images.LoadAsync(rebased.Digest, default)).OntoAsync(_images, old, "stack/run:test", default);
        Assert.Equal(image.Digest, back.Digest);
    }

    [Fact]
    public async Task What_cannot_be_rebased_says_why()
    {
        var run = await RunAsync("old");
        Assert.True(Assert.Throws<RebaseException>(() => RebasableImage.Of(run)).IsForeign);
        await RefusedAsync("must not be rebased", await AppAsync(run, labels => labels["io.buildpacks.rebasable"] = "false"));
        await RefusedAsync("cannot be read", await AppAsync(run, labels => labels[MetadataLabel] = "["));
        await RefusedAsync("does not say which of its layers", await AppAsync(run, labels => labels[MetadataLabel] = "{}"));

        // A layer upon it that no buildpack made: a Dockerfile's FROM, or a commit.
        var builder = ImageBuilder.From(_images, await AppAsync(run));
        builder.AddLayer(await LayerAsync("foreign"), "RUN apt-get install");
        await RefusedAsync("was not made by a buildpack", await builder.CommitAsync(default));
    }

    [Fact]
    public async Task A_base_of_another_distribution_is_refused()
    {
        var parts = RebasableImage.Of(await AppAsync(await RunAsync("old")));
        var builder = ImageBuilder.From(_images, await RunAsync("other"));
        builder.Labels["io.buildpacks.base.distro.version"] = "13";
        var other = await builder.CommitAsync(default);
        await Assert.ThrowsAsync<RebaseException>(() => parts.OntoAsync(_images, other, "stack/run:other", default));
    }

    private static Task RefusedAsync(string why, Image image)
    {
        Assert.Contains(why, Assert.Throws<RebaseException>(() => RebasableImage.Of(image)).Message, StringComparison.Ordinal);
        return Task.CompletedTask;
    }

    private async Task<Image> RunAsync(params string[] layers)
    {
        var builder = ImageBuilder.From(_images, null);
        foreach (var name in layers) builder.AddLayer(await LayerAsync(name), name);
        builder.Env["PATH"] = "/usr/bin";
        builder.Labels[Stack.RecipeLabel] = "sha256:recipe";
        builder.Labels["io.buildpacks.base.distro.name"] = "debian";
        builder.Labels["io.buildpacks.base.distro.version"] = "12";
        builder.Labels["io.buildpacks.base.description"] = $"of {layers[0]}";
        return await builder.CommitAsync(default);
    }

    private async Task<Image> AppAsync(Image run, Action<IDictionary<string, string>>? change = null)
    {
        var builder = ImageBuilder.From(_images, run);
        var (one, app) = (await LayerAsync("one"), await LayerAsync("app"));
        builder.AddLayer(one, "layer one").AddLayer(app, "the app");
        builder.Command = ["serve"];
        builder.Labels[MetadataLabel] = new JsonObject
        {
            ["app"] = new JsonArray(new JsonObject { ["sha"] = app.DiffId.ToString() }),
            ["runImage"] = new JsonObject { ["topLayer"] = run.Config.Rootfs.DiffIds[^1].ToString(), ["reference"] = $"stack/run:test@{run.Digest}" },
            ["buildpacks"] = new JsonArray(new JsonObject
            {
                ["key"] = "test/one", ["layers"] = new JsonObject { ["one"] = new JsonObject { ["sha"] = one.DiffId.ToString(), ["launch"] = true } },
            }),
        }.ToJsonString();
        change?.Invoke(builder.Labels);
        return await builder.CommitAsync(default);
    }

    private Task<Layer> LayerAsync(string name)
    {
        var directory = Directory.CreateDirectory(_directory.Combine("files", name)).FullName;
        File.WriteAllText(Path.Combine(directory, "name"), name);
        return LayerWriter.WriteDirectoryAsync(_images.Content, directory, new LayerOptions(), default);
    }
}
