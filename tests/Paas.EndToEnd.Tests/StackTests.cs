using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests;

/// <summary>Base images: which apps are on them, and apps upon newer ones.</summary>
[Collection(ServerCollection.Name)]
public sealed class StackTests(ServerFixture fixture)
{
    private const string RunReference = "stack/run:bookworm";
    private const string KeptReference = "stack/kept:bookworm";

    [RootFact]
    public async Task An_app_behind_its_stack_is_rebased_without_a_build_and_its_layers_stay()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "rebased");
        (await app.PushAsync()).Succeeded();
        var before = await ImageAsync(app, "v1");
        Assert.False((await OnStackAsync(app)).Behind);
        Assert.Contains("nothing to do", (await app.PaasAsync("rebase")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Single(await ReleasesAsync(app));

        await using var newer = await Base.AddAsync(fixture.Server, "etc/newer-base", "newer\n");
        Assert.True((await OnStackAsync(app)).Behind);
        Assert.Matches(@"rebased +v1 +behind", (await fixture.Server.PaasAsync("stack")).Succeeded().Stdout);
        var done = (await fixture.Server.PaasAsync("rebase", "--all")).Succeeded().Stdout;
        Assert.Contains("=====> Application deployed:", done, StringComparison.Ordinal);

        Assert.False((await OnStackAsync(app)).Behind);
        var release = (await ReleasesAsync(app))[0];
        Assert.Equal((2, ReleaseReason.Rebase, true), (release.Version, release.Reason, release.Live));
        Assert.StartsWith("Rebase v1 on bookworm", release.Description, StringComparison.Ordinal);
        var after = await ImageAsync(app, "v2");
        Assert.Equal([.. newer.Layers, .. before.Layers.Skip(newer.Layers.Count - 1).Select(layer => layer.Digest)], after.Layers.Select(layer => layer.Digest));
        using var metadata = JsonDocument.Parse(after.Labels["io.buildpacks.lifecycle.metadata"]);
        Assert.Equal(after.Layers[newer.Layers.Count - 1].DiffId, metadata.RootElement.GetProperty("runImage").GetProperty("topLayer").GetString());
        Assert.Equal(200, (int)(await app.GetAsync()).Status);
        Assert.Equal("newer", (await app.PaasAsync("enter", "web.1", "--", "cat", "/etc/newer-base")).Succeeded().Stdout.Trim());

        // What is below an app is part of its release, so a rollback brings the old base back, and a cleanup leaves it alone.
        (await fixture.Server.PaasAsync("cleanup")).Succeeded();
        (await app.PaasAsync("rollback", "v1")).Succeeded();
        Assert.NotEqual(0, (await app.PaasAsync("enter", "web.1", "--", "cat", "/etc/newer-base")).ExitCode);
    }

    [RootFact]
    public async Task A_base_that_the_app_cannot_run_on_changes_nothing()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "node", "steadfast");
        (await app.PushAsync()).Succeeded();
        await using var broken = await Base.AddAsync(fixture.Server, "usr/bin/tini", "not a program\n");
        var refused = await app.PaasAsync("rebase");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("v1 keeps serving", refused.Stderr, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await app.GetAsync()).Status);
        Assert.Equal(1, (await ReleasesAsync(app)).Single(release => release.Live).Version);
    }

    [RootFact]
    public async Task An_app_that_is_on_no_stack_is_refused_with_the_reason()
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "dockerfile", "stackless");
        var without = await app.PaasAsync("rebase");
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("has no release to rebase", without.Stderr, StringComparison.Ordinal);
        (await app.PushAsync()).Succeeded();
        var refused = await app.PaasAsync("rebase");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("stackless cannot be rebased: its image was built by a Dockerfile", refused.Stderr, StringComparison.Ordinal);
        Assert.Contains("=== On no stack\nstackless", (await fixture.Server.PaasAsync("stack")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Equal(20, (await fixture.Server.PaasAsync("rebase", "no-such-app")).ExitCode);
        Assert.Equal(2, (await fixture.Server.PaasAsync("rebase", "--all", "stackless")).ExitCode);
    }

    [RootFact]
    public async Task A_stack_that_is_there_is_built_at_once_and_an_update_says_what_changed()
    {
        var server = fixture.Server;
        var before = await StackAsync(server);
        var built = Result((await server.PaasAsync("stack:build", "--json")).Succeeded());
        Assert.Equal((before.RunDigest, before.BuildDigest, false), (built.RunDigest, built.BuildDigest, built.Changed));
        Assert.Equal(1, (await server.PaasAsync("stack:build", "no-such-stack")).ExitCode);
        // Downloads and installs some hundred packages.
        if (Environment.GetEnvironmentVariable("PAAS_SOAK") is null) return;
        var updated = Result((await server.PaasAsync("stack:update", "--json")).Succeeded());
        Assert.Equal(updated.Changed, updated.RunDigest != before.RunDigest || updated.BuildDigest != before.BuildDigest);
        Assert.Equal(updated.Changed, updated.Packages.Count > 0);
        var again = Result((await server.PaasAsync("stack:update", "--json")).Succeeded());
        Assert.Equal((updated.RunDigest, updated.BuildDigest, false), (again.RunDigest, again.BuildDigest, again.Changed));
    }

    private static StackResultDocument Result(CommandResult result) => JsonSerializer.Deserialize(result.Stdout, ApiJsonContext.Default.StackResultDocument)!;

    private static async Task<StackDocument> StackAsync(PaasServer server) =>
        JsonSerializer.Deserialize((await server.PaasAsync("stack", "--json")).Succeeded().Stdout, ApiJsonContext.Default.StacksDocument)!.Stacks.Single(stack => stack.Name == "bookworm");

    private static async Task<StackAppDocument> OnStackAsync(AppCheckout app) => (await StackAsync(app.Server)).Apps.Single(on => on.App == app.Name);

    private static async Task<IReadOnlyList<ReleaseDocument>> ReleasesAsync(AppCheckout app) =>
        JsonSerializer.Deserialize((await app.PaasAsync("releases", "--json")).Succeeded().Stdout, ApiJsonContext.Default.IReadOnlyListReleaseDocument)!;

    private static async Task<ImageDetailDocument> ImageAsync(AppCheckout app, string release) =>
        JsonSerializer.Deserialize((await app.PaasAsync("images:inspect", release, "--json")).Succeeded().Stdout, ApiJsonContext.Default.ImageDetailDocument)!;

    /// <summary>The stack's run image with one more layer, as if it had been updated; the one before is put back at the end.</summary>
    private sealed class Base : IAsyncDisposable
    {
        private readonly ImageStore _images;
        private readonly Image _before;

        private Base(ImageStore images, Image before, Image now)
        {
            (_images, _before) = (images, before);
            Layers = [.. now.Manifest.Layers.Select(layer => layer.Digest.ToString())];
        }

        public IReadOnlyList<string> Layers { get; }

        public static async Task<Base> AddAsync(PaasServer server, string file, string content)
        {
            var directory = Path.Combine(server.DataDirectory, "images");
            var images = new ImageStore(new ContentStore(directory), new Snapshotter(Path.Combine(directory, "snapshots")));
            using var lease = images.Content.Lease();
            using var files = new TemporaryDirectory();
            Directory.CreateDirectory(Path.GetDirectoryName(files.Combine(file))!);
            await File.WriteAllTextAsync(files.Combine(file), content);
            var before = (await images.FindAsync(RunReference, default))!;
            var builder = ImageBuilder.From(images, before);
            builder.AddLayer(await LayerWriter.WriteDirectoryAsync(images.Content, files.Path, new LayerOptions(), default), file);
            var now = await builder.CommitAsync(default);
            // A name of its own keeps it from a cleanup while the stack is another.
            images.Content.SetReference(KeptReference, before.Descriptor);
            images.Content.SetReference(RunReference, now.Descriptor);
            return new Base(images, before, now);
        }

        public ValueTask DisposeAsync()
        {
            _images.Content.SetReference(RunReference, _before.Descriptor);
            _images.Content.RemoveReference(KeptReference);
            return ValueTask.CompletedTask;
        }
    }
}
