using System.Globalization;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Apps;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Images.Archives;
using Paas.Images.Layers;
using Paas.Node;
using Paas.Oci;

namespace Paas.ControlPlane.Archives;

/// <summary>Images in and out: archives, comparisons, and what a running instance has become.</summary>
internal sealed class ImageArchives(
    ImageNames names, ImageStore images, AppStore apps, ReleaseStore releases, Reconciler reconciler, InstanceTable table, Func<ContainerHost> host, DiskReserve reserve, TimeProvider time) : IImageArchives
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<ImportedImageDocument>> ImportImagesAsync(Stream archive, string? tag, CancellationToken ct)
    {
        var name = tag is null ? null : ReferenceOf(tag);
        try
        {
            reserve.Require("an archive");
            var found = await new ImageImport(images).ReadAsync(archive, name, null, LayerLimits.Default, ct);
            return [.. found.Select(image => Document(image.Image, image.Names))];
        }
        catch (DiskReserveException error)
        {
            throw new PaasException(ErrorCode.TooLarge, error.Message, "Make room with: paas cleanup", error);
        }
        catch (ArchiveFormatException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, error.Message, "Archives come from: docker save, podman save, skopeo copy, paas images:export", error);
        }
    }

    /// <inheritdoc/>
    public async Task ExportImageAsync(string image, string format, Stream output, CancellationToken ct)
    {
        var kind = format switch
        {
            "docker" => ArchiveFormat.Docker,
            "oci" => ArchiveFormat.Oci,
            _ => throw new PaasException(ErrorCode.InvalidRequest, $"an archive is docker or oci, not {format}"),
        };
        var (found, references) = await names.GetAsync(image, ct);
        try
        {
            await ImageExport.WriteAsync(images, found, references, kind, output, ct);
        }
        catch (ContentNotFoundException error)
        {
            throw new PaasException(ErrorCode.NotFound, $"the image {image} is not here whole: {error.Digest} is missing", null, error);
        }
    }

    /// <inheritdoc/>
    public async Task<ImageDiffDocument> DiffImagesAsync(string from, string to, CancellationToken ct)
    {
        using var lease = images.Content.Lease();
        var (first, _) = await names.GetAsync(from, ct);
        var (second, _) = await names.GetAsync(to, ct);
        try
        {
            var (before, after) = await Task.Run(() => (ImageFiles.Read(images, first, ct), ImageFiles.Read(images, second, ct)), ct);
            var files = before.Keys.Union(after.Keys).Order(StringComparer.Ordinal).Select(path => Compare(path, before.GetValueOrDefault(path), after.GetValueOrDefault(path)));
            return new ImageDiffDocument($"{first.Digest}", $"{second.Digest}", after.Values.Sum(file => file.Size) - before.Values.Sum(file => file.Size), [.. files.OfType<ImageDiffFile>()]);
        }
        catch (Exception error) when (error is ContentNotFoundException or LayerFormatException)
        {
            throw new PaasException(ErrorCode.NotFound, $"the images cannot be compared: {error.Message}", null, error);
        }
    }

    /// <inheritdoc/>
    public async Task<ImportedImageDocument> CommitAsync(string app, string instance, CommitRequest request, CancellationToken ct)
    {
        apps.Get(app);
        var row = table.Rows(reconciler.Observe(app)).Where(row => row.Name == instance).OrderByDescending(row => row.Pid is not null).FirstOrDefault()
            ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no instance {instance}", $"What runs: paas ps -a {app}");
        var now = time.GetUtcNow();
        var name = ReferenceOf(request.Tag ?? $"{app}/{instance}:{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");
        var changes = host().ChangesOf(row.ContainerId)
            ?? throw new PaasException(ErrorCode.NotFound, $"the files of {instance} are gone", $"What runs: paas ps -a {app}");

        using var lease = images.Content.Lease();
        var builder = ImageBuilder.From(images, await images.LoadAsync(releases.Get(app, row.Release).Image, ct));
        builder.Created = now;
        try
        {
            using var paused = request.Pause ? host().Pause(row.ContainerId) : null;
            var layer = await LayerWriter.WriteChangesAsync(images.Content, changes, new LayerOptions { ModifiedAt = null }, ct);
            builder.AddLayer(layer, $"paas commit {app} {instance}");
        }
        catch (IOException error)
        {
            throw new PaasException(ErrorCode.Conflict, $"{instance} changed its files while they were read: {error.Message}", "Try again.", error);
        }

        var image = await builder.CommitAsync(ct);
        images.Content.SetReference($"{name}", image.Descriptor);
        return Document(image, [name]);
    }

    private static ImageDiffFile? Compare(string path, ImageFile? before, ImageFile? after)
    {
        if (before == after) return null;
        var change = before is null ? FileChange.Added : after is null ? FileChange.Removed : FileChange.Changed;
        return new ImageDiffFile(path, change, before?.Size, after?.Size);
    }

    private static Reference ReferenceOf(string text) => Reference.TryParse(text, out var reference) && reference.Digest is null
        ? reference.Normalize()
        : throw new PaasException(ErrorCode.InvalidRequest, $"'{text}' is not a name for an image", "For example: app:v1, or ghcr.io/team/app:v1");

    private static ImportedImageDocument Document(Image image, IReadOnlyList<Reference> names) => new($"{image.Digest}", [.. names.Select(name => $"{name}")], image.SizeBytes);
}
