namespace Paas.Contracts.Api;

/// <summary>
/// Images in and out of the platform: in process, and over HTTP, as <see cref="IPlatform"/>. An image is named by an app (its live
/// release), by a reference like <c>ghcr.io/team/app:v1</c>, or by a digest; NotFound where there is none of that name.
/// </summary>
public interface IImageArchives
{
    /// <summary>
    /// Takes the images of an archive (an OCI layout, or what <c>docker save</c> makes) and names them. InvalidRequest for what is none.
    /// <c>POST /v1/images/import?tag=</c>, body <c>application/x-tar</c>
    /// </summary>
    /// <param name="archive">The archive, plain or compressed.</param>
    /// <param name="tag">Its one image's name; null takes those in the archive.</param>
    /// <param name="ct">Ends it; nothing is named then.</param>
    Task<IReadOnlyList<ImportedImageDocument>> ImportImagesAsync(Stream archive, string? tag, CancellationToken ct);

    /// <summary>Writes an image as an archive. <c>GET /v1/images/export?image=&amp;format=</c></summary>
    /// <param name="image">Its name.</param>
    /// <param name="format"><c>docker</c> or <c>oci</c>.</param>
    /// <param name="output">Receives the tar.</param>
    /// <param name="ct">Ends it in the middle.</param>
    Task ExportImageAsync(string image, string format, Stream output, CancellationToken ct);

    /// <summary>What is different in the second image's files. <c>GET /v1/images/diff?from=&amp;to=</c></summary>
    Task<ImageDiffDocument> DiffImagesAsync(string from, string to, CancellationToken ct);

    /// <summary>
    /// Makes an image of a running instance: its release's, and a layer of what it has changed since. It stands still meanwhile, unless that
    /// is not wanted: then what it writes may be in the image or not. NotFound where the app has no such instance, Conflict where it cannot
    /// be paused. <c>POST /v1/apps/{app}/instances/{name}/commit</c>
    /// </summary>
    Task<ImportedImageDocument> CommitAsync(string app, string instance, CommitRequest request, CancellationToken ct);
}
