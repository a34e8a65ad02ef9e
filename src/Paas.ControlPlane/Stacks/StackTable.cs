using Paas.Build.Rebasing;
using Paas.Contracts.Api;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Images.Stacks;
using Paas.Oci;

namespace Paas.ControlPlane.Stacks;

/// <summary>Which stacks there are, and on which of them apps run.</summary>
internal sealed class StackTable(ImageStore images, AppStore apps, ReleaseStore releases)
{
    private const string RunPrefix = "stack/run:";

    internal async Task<StacksDocument> ReadAsync(CancellationToken ct)
    {
        var stacks = await StacksAsync(ct);
        var on = stacks.ToDictionary(stack => stack.Name, _ => new List<StackAppDocument>());
        var others = new List<StacklessAppDocument>();
        foreach (var (app, release) in Live())
        {
            try
            {
                var image = await PartsAsync(release, ct);
                var stack = StackOf(image, stacks);
                on[stack.Name].Add(new StackAppDocument(app, release.Version, !image.IsOn(stack.Run), image.BaseDigest?.ToString()));
            }
            catch (RebaseException error)
            {
                others.Add(new StacklessAppDocument(app, error.Message));
            }
        }

        var documents = new List<StackDocument>();
        foreach (var stack in stacks) documents.Add(await DescribeAsync(stack, on[stack.Name], ct));
        return new StacksDocument(documents, others);
    }

    /// <summary>Apps whose live release is on an older version of the stack.</summary>
    internal async Task<IReadOnlyList<string>> BehindAsync(string stack, CancellationToken ct) =>
        [.. (await ReadAsync(ct)).Stacks.Where(one => one.Name == stack).SelectMany(one => one.Apps).Where(app => app.Behind).Select(app => app.App)];

    /// <summary>The release's image in two parts, and the stack it is on. RebaseException where there is no such thing.</summary>
    internal async Task<(RebasableImage Image, NamedStack Stack)> FindAsync(Release release, CancellationToken ct)
    {
        var image = await PartsAsync(release, ct);
        return (image, StackOf(image, await StacksAsync(ct)));
    }

    private async Task<RebasableImage> PartsAsync(Release release, CancellationToken ct)
    {
        try
        {
            return RebasableImage.Of(await images.LoadAsync(release.Image, ct));
        }
        catch (RebaseException error) when (error.IsForeign && release.Build is not null)
        {
            throw new RebaseException("its image was built by a Dockerfile, whose FROM says what is below it");
        }
        catch (RebaseException error) when (error.IsForeign && release.Reason == ReleaseReason.Image)
        {
            throw new RebaseException("its image was built elsewhere, on no stack of this server");
        }
        catch (Exception error) when (error is ContentNotFoundException or OciFormatException)
        {
            throw new RebaseException($"its image is not here whole: {error.Message}");
        }
    }

    private static NamedStack StackOf(RebasableImage image, IReadOnlyList<NamedStack> stacks) =>
        stacks.FirstOrDefault(stack => image.IsOn(stack.Run)) ?? stacks.FirstOrDefault(stack => image.IsOfFamily(stack.Run))
        ?? throw new RebaseException("the stack it was built on is not here any more");

    private IEnumerable<(string App, Release Release)> Live() => apps.List()
        .Where(app => app.LiveRelease is not null)
        .Select(app => (app.Name, releases.Find(app.Name, app.LiveRelease!.Value)))
        .Where(pair => pair.Item2 is not null)
        .Select(pair => (pair.Name, pair.Item2!));

    private async Task<IReadOnlyList<NamedStack>> StacksAsync(CancellationToken ct)
    {
        var stacks = new List<NamedStack>();
        foreach (var reference in images.Content.References().Keys.Where(key => key.StartsWith(RunPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (await images.FindAsync(reference, ct) is { } run) stacks.Add(new NamedStack(reference[RunPrefix.Length..], reference, run));
        }

        return stacks;
    }

    private async Task<StackDocument> DescribeAsync(NamedStack stack, IReadOnlyList<StackAppDocument> on, CancellationToken ct)
    {
        var build = await images.FindAsync(stack.BuildReference, ct);
        // The build image has the run image's layers.
        var layers = stack.Run.Manifest.Layers.Concat(build?.Manifest.Layers ?? []).DistinctBy(layer => layer.Digest);
        var packages = await StackPackages.ReadAsync(images, stack.Run, ct);
        var builtAt = images.Content.Resolve(stack.Reference) is { } named ? images.Content.UsedAt(named) : null;
        return new StackDocument(stack.Name, stack.Run.Digest.ToString(), build?.Digest.ToString(), layers.Sum(layer => layer.Size), packages.Count, builtAt, on);
    }
}

/// <summary>A stack of the content store.</summary>
/// <param name="Name">E.g. <c>bookworm</c>.</param>
/// <param name="Reference">The run image's name in the content store.</param>
/// <param name="Run">The run image.</param>
internal sealed record NamedStack(string Name, string Reference, Image Run)
{
    internal string BuildReference => $"stack/build:{Name}";
}
