using System.Net.Http.Headers;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Connections;

/// <content>Images in and out.</content>
internal sealed partial class PaasClient : IImageArchives, IImageReleases
{
    public IAsyncEnumerable<BuildEvent> DeployImageAsync(string app, DeployImageRequest request, CancellationToken ct) =>
        StreamAsync(() => With(HttpMethod.Post, Of(app) + "/image", request, Json.DeployImageRequest), Json.BuildEvent, ct);

    public Task<IReadOnlyList<ImportedImageDocument>> ImportImagesAsync(Stream archive, string? tag, CancellationToken ct)
    {
        var content = new StreamContent(archive, 256 * 1024);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        return ExchangeAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/images/import" + Query(("tag", tag))) { Content = content }, Json.IReadOnlyListImportedImageDocument, ct);
    }

    public Task ExportImageAsync(string image, string format, Stream output, CancellationToken ct) =>
        CopyAsync("/v1/images/export" + Query(("image", image), ("format", format)), "archive", output, ct);

    private async Task CopyAsync(string path, string what, Stream output, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await AskAsync(request, ct);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            await body.CopyToAsync(output, 256 * 1024, ct);
        }
        catch (HttpIOException error)
        {
            throw new PaasException(ErrorCode.Unavailable, $"The connection to {_address.Display} broke before the {what} was whole", "Try again.", error);
        }
    }

    public async Task<ImageDiffDocument> DiffImagesAsync(string from, string to, CancellationToken ct) =>
        await SlowAsync(new HttpRequestMessage(HttpMethod.Get, "/v1/images/diff" + Query(("from", from), ("to", to))), Json.ImageDiffDocument, ct)
        ?? throw Broken(null);

    public async Task<ImportedImageDocument> CommitAsync(string app, string instance, CommitRequest request, CancellationToken ct) =>
        await SlowAsync(
            With(HttpMethod.Post, $"{Of(app)}/instances/{Uri.EscapeDataString(instance)}/commit", request, Json.CommitRequest), Json.ImportedImageDocument, ct)
        ?? throw Broken(null);
}
