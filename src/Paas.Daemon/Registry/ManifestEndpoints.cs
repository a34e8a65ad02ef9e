using Paas.Contracts.Errors;
using Paas.ControlPlane.Registry;
using Paas.Daemon.Streaming;
using Paas.Oci;
using Paas.Oci.Distribution;

namespace Paas.Daemon.Registry;

/// <summary>Manifests and tags.</summary>
internal static class ManifestEndpoints
{
    public static async Task GetAsync(RegistryCall call, RegistryRoute route)
    {
        var manifest = await call.Registry.GetManifestAsync(route.Repository, route.Item, call.Context.RequestAborted);
        call.Context.Response.Headers[RegistryAnswer.DigestHeader] = manifest.Digest.ToString();
        call.Context.Response.Headers.ETag = $"\"{manifest.Digest}\"";
        // Whatever the client would rather have: another document would have another digest ("Pulling manifests").
        await RegistryAnswer.WriteAsync(call.Context, manifest.MediaType, manifest.Content);
    }

    public static async Task PutAsync(RegistryCall call, RegistryRoute route)
    {
        var content = await ReadAsync(call.Context);
        Digest? digest = Digest.TryParse(route.Item, out var parsed) ? parsed : null;
        if (digest is null && route.Item.Contains(':', StringComparison.Ordinal))
            throw new RegistryRefusalException(RegistryErrorCode.DigestInvalid, $"'{route.Item}' is neither a tag nor a digest");
        var named = call.Context.Request.Query["tag"].OfType<string>();
        string[] tags = [.. (digest is null ? named.Prepend(route.Item) : named).Distinct()];
        var mediaType = call.Context.Request.ContentType?.Split(';')[0].Trim();
        var (put, subject) = await call.Registry.PutManifestAsync(
            route.Repository, digest, tags, string.IsNullOrEmpty(mediaType) ? null : mediaType, content, call.Context.RequestAborted);
        RegistryAnswer.Created(call.Context, $"/v2/{route.Repository}/manifests/{put}", put);
        if (subject is { } about) call.Context.Response.Headers["OCI-Subject"] = about.ToString();
        foreach (var tag in tags) call.Context.Response.Headers.Append("OCI-Tag", tag);
    }

    public static Task DeleteAsync(RegistryCall call, RegistryRoute route)
    {
        call.Registry.DeleteManifest(route.Repository, route.Item);
        call.Context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        RegistryAnswer.Unlimit(context);
        await using var body = new LimitedStream(context.Request.Body, ImageRegistry.MaximumManifestBytes, "The manifest");
        using var content = new MemoryStream();
        try
        {
            await body.CopyToAsync(content, context.RequestAborted);
            return content.ToArray();
        }
        catch (PaasException error) when (error.Code == ErrorCode.TooLarge)
        {
            await body.DrainAsync(context.RequestAborted);
            throw new RegistryRefusalException(RegistryErrorCode.SizeInvalid, error.Message, StatusCodes.Status413PayloadTooLarge);
        }
    }
}
