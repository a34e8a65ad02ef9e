using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Registry;
using Paas.Images;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.ControlPlane;

public sealed partial class Platform
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<AppImagesDocument>> ListImageUseAsync(CancellationToken ct) => Task.FromResult(_catalog.Use());

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImageDocument>> ListImagesAsync(string app, CancellationToken ct) => Task.FromResult(_catalog.Of(app));

    /// <inheritdoc/>
    public async Task<ImageDetailDocument> GetImageAsync(string app, string reference, CancellationToken ct)
    {
        _apps.Get(app);
        var digest = _catalog.Find(app, reference)
            ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no image {reference}", $"paas images -a {app} lists them.");
        try
        {
            var manifest = _catalog.HostManifest(app, digest, reference);
            return Describe(await _images.LoadAsync(manifest, ct)) with { Index = await IndexAsync(digest != manifest ? digest : OriginIndex.Find(_content, manifest), ct) };
        }
        catch (Exception error) when (error is OciFormatException or ContentNotFoundException)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"{reference} of {app} is no image that could run here: {error.Message}", null, error);
        }
    }

    /// <inheritdoc/>
    public Task<AppRegistryDocument> GetRegistryAsync(string app, CancellationToken ct)
    {
        _apps.Get(app);
        return Task.FromResult(new AppRegistryDocument($"{_urls.Registry}/{app}", _registry.DeployTag(app)));
    }

    /// <inheritdoc/>
    public Task<AppRegistryDocument> SetRegistryAsync(string app, AppRegistryRequest request, CancellationToken ct)
    {
        _apps.Get(app);
        if (request.DeployTag is { } tag && tag != RegistryStore.EveryTag && !Reference.IsTag(tag))
            throw new PaasException(ErrorCode.InvalidRequest, $"'{tag}' is no tag: 1 to 128 letters, digits and . _ -", "* stands for every tag.");
        _registry.SetDeployTag(app, request.DeployTag);
        return GetRegistryAsync(app, ct);
    }

    /// <inheritdoc/>
    public Task<CleanupDocument> CleanUpAsync(CleanupRequest request, CancellationToken ct) => _cleanup.RunAsync(request.DryRun, ct, thoroughly: true);

    private async Task<ImageIndexDocument?> IndexAsync(Digest? digest, CancellationToken ct)
    {
        if (digest is not { } index) return null;
        var links = ManifestLinks.Parse(await _content.ReadAsync(index, ct), null);
        // Attestations stand in an index as manifests for "unknown/unknown".
        return new ImageIndexDocument(
            $"{index}", [.. links.Manifests.Select(manifest => manifest.Platform).OfType<Oci.Images.Platform>().Where(platform => platform.Os != "unknown").Select(platform => $"{platform}").Distinct()]);
    }

    private static ImageDetailDocument Describe(Image image)
    {
        var config = image.Config.Config;
        return new ImageDetailDocument(
            image.Digest.ToString(),
            image.Descriptor.MediaType,
            $"{image.Config.Os}/{image.Config.Architecture}",
            image.Config.Created,
            image.SizeBytes,
            config?.Entrypoint ?? [],
            config?.Cmd ?? [],
            config?.User ?? "",
            config?.WorkingDir ?? "",
            [.. config?.ExposedPorts?.Keys ?? []],
            config?.Env ?? [],
            config?.Labels ?? new Dictionary<string, string>(),
            [.. image.Manifest.Layers.Zip(image.Config.Rootfs.DiffIds, (layer, diffId) => new ImageLayerDocument(layer.Digest.ToString(), diffId.ToString(), layer.MediaType, layer.Size))],
            [.. HistoryOf(image)]);
    }

    private static IEnumerable<ImageHistoryDocument> HistoryOf(Image image)
    {
        var layers = new Queue<long>(image.Manifest.Layers.Select(layer => layer.Size));
        foreach (var step in image.Config.History ?? [])
        {
            var size = step.EmptyLayer != true && layers.TryDequeue(out var bytes) ? bytes : 0;
            yield return new ImageHistoryDocument(step.Created, step.CreatedBy ?? "", size, step.Comment);
        }

        // Layers that the history says nothing of.
        while (layers.TryDequeue(out var rest)) yield return new ImageHistoryDocument(null, "", rest, null);
    }
}
