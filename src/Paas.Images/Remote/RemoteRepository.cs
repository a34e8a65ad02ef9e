using System.Net;
using System.Net.Http.Headers;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Remote;

/// <summary>One repository on one server: the calls of the distribution-spec that a client makes.</summary>
internal sealed class RemoteRepository(RegistryTransport transport, RegistryEndpoint endpoint, string path, bool forPush)
{
    private static readonly string[] ManifestTypes = [MediaTypes.Manifest, MediaTypes.Index, MediaTypes.DockerManifest, MediaTypes.DockerManifestList];

    public RegistryEndpoint Endpoint => endpoint;

    public bool IsMirror => endpoint.IsMirror;

    public string Path => path;

    private string Scope => $"repository:{path}:{(forPush ? "pull,push" : "pull")}";

    /// <summary>The manifest or index of a tag or digest; null when there is none.</summary>
    public Task<RemoteManifest?> ManifestAsync(string tagOrDigest, Digest? expected, CancellationToken cancellationToken) => transport.SendAsync(
        endpoint,
        Scope,
        _ => ManifestRequest(HttpMethod.Get, tagOrDigest),
        async (response, timer) =>
        {
            using (response)
            {
                if (!response.IsSuccessStatusCode) return null;
                var content = await BoundedBody.ReadAsync(response, RemoteManifest.MaximumBytes, timer);
                return RemoteManifest.Read(content, response.Content.Headers.ContentType?.MediaType, expected, $"{endpoint}");
            }
        },
        cancellationToken);

    /// <summary>The digest that a tag has now, without the manifest; null when there is no such tag.</summary>
    public async Task<Digest?> ManifestDigestAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        using var response = await transport.SendAsync(endpoint, Scope, _ => ManifestRequest(HttpMethod.Head, tagOrDigest), cancellationToken);
        if (!response.IsSuccessStatusCode) return null;
        if (response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.First(), out var digest)) return digest;
        return (await ManifestAsync(tagOrDigest, null, cancellationToken))?.Descriptor.Digest;
    }

    /// <summary>A blob's bytes from an offset on; 404, 416, or 200 with all of it are possible answers. The caller disposes it.</summary>
    public Task<HttpResponseMessage> BlobAsync(Digest digest, long offset, CancellationToken cancellationToken) => transport.SendAsync(
        endpoint,
        Scope,
        _ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, endpoint.Blob(path, $"{digest}"));
            if (offset > 0) request.Headers.Range = new RangeHeaderValue(offset, null);
            return request;
        },
        cancellationToken);

    public async Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken)
    {
        using var response = await transport.SendAsync(endpoint, Scope, _ => new HttpRequestMessage(HttpMethod.Head, endpoint.Blob(path, $"{digest}")), cancellationToken);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Asks for a place to send a blob to, or for the blob to be taken over from another repository of the registry.</summary>
    /// <returns>Null when the blob is there now.</returns>
    public async Task<Uri?> StartUploadAsync(Digest digest, string? from, CancellationToken cancellationToken)
    {
        var query = from is null ? "" : $"?mount={digest}&from={Uri.EscapeDataString(from)}";
        var scope = from is null ? Scope : $"{Scope} repository:{from}:pull";
        using var response = await transport.SendAsync(
            endpoint,
            scope,
            _ => new HttpRequestMessage(HttpMethod.Post, endpoint.Uploads(path, query)) { Content = new ByteArrayContent([]) },
            cancellationToken);
        if (response.StatusCode == HttpStatusCode.Created) return null;
        if (response.StatusCode != HttpStatusCode.Accepted || response.Headers.Location is not { } location)
            throw new RegistryException(RegistryFailure.Invalid, $"{endpoint} does not say where to send the layers of {path} ({(int)response.StatusCode})");
        return new Uri(response.RequestMessage!.RequestUri!, location);
    }

    /// <summary>Sends a whole blob in one request, once: what a broken attempt left there makes a second one to the same address wrong.</summary>
    /// <returns>False when the registry has forgotten the upload: begin a new one.</returns>
    public async Task<bool> UploadAsync(Uri address, Digest digest, Func<StallTimer, HttpContent> content, CancellationToken cancellationToken)
    {
        var target = new UriBuilder(address) { Query = $"{address.Query.TrimStart('?')}{(address.Query.Length > 1 ? "&" : "")}digest={Uri.EscapeDataString($"{digest}")}" }.Uri;
        using var response = await transport.SendOnceAsync(
            endpoint, Scope, timer => new HttpRequestMessage(HttpMethod.Put, target) { Content = content(timer) }, cancellationToken);
        return response.IsSuccessStatusCode;
    }

    public async Task PutManifestAsync(string tagOrDigest, Descriptor descriptor, byte[] content, CancellationToken cancellationToken)
    {
        HttpRequestMessage Request(StallTimer timer)
        {
            var body = new ByteArrayContent(content);
            body.Headers.ContentType = new MediaTypeHeaderValue(descriptor.MediaType);
            return new HttpRequestMessage(HttpMethod.Put, endpoint.Manifest(path, tagOrDigest)) { Content = body };
        }

        using var response = await transport.SendAsync(endpoint, Scope, Request, cancellationToken);
        if (!response.IsSuccessStatusCode) throw new RegistryException(RegistryFailure.NotFound, $"{endpoint} has no place for {path}");
        if (response.Headers.TryGetValues("Docker-Content-Digest", out var values) && values.First() != $"{descriptor.Digest}")
            throw new RegistryException(RegistryFailure.Invalid, $"{endpoint} took {descriptor.Digest} for {BoundedBody.Printable(values.First())}");
    }

    private HttpRequestMessage ManifestRequest(HttpMethod method, string tagOrDigest)
    {
        var request = new HttpRequestMessage(method, endpoint.Manifest(path, tagOrDigest));
        foreach (var type in ManifestTypes) request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        return request;
    }
}
