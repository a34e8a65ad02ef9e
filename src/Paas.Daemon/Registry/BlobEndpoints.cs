using System.Globalization;
using Paas.Contracts.Transport;
using Paas.Oci;

namespace Paas.Daemon.Registry;

/// <summary>Blobs: there or not, whole or in part, gone.</summary>
internal static class BlobEndpoints
{
    public static Task HeadAsync(RegistryCall call, string repository, Digest digest)
    {
        var size = call.Registry.SizeOfBlob(repository, digest);
        Describe(call.Context.Response, digest);
        call.Context.Response.ContentLength = size;
        return Task.CompletedTask;
    }

    public static async Task GetAsync(RegistryCall call, string repository, Digest digest)
    {
        var response = call.Context.Response;
        RegistryAnswer.Unlimit(call.Context);
        await using var blob = call.Registry.OpenBlob(repository, digest);
        var size = blob.Length;
        Describe(response, digest);
        var (first, count) = (0L, size);
        if (ByteRange.Parse(call.Context.Request.Headers.Range.ToString()) is { } range)
        {
            if (range.Within(size) is not { } part)
            {
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{size}");
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                return;
            }

            (first, count) = part;
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{first + count - 1}/{size}");
        }

        response.ContentLength = count;
        await SendAsync(blob, first, count, call.Context);
    }

    public static Task DeleteAsync(RegistryCall call, string repository, Digest digest)
    {
        call.Registry.DeleteBlob(repository, digest);
        call.Context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    private static void Describe(HttpResponse response, Digest digest)
    {
        response.ContentType = "application/octet-stream";
        response.Headers[RegistryAnswer.DigestHeader] = digest.ToString();
        response.Headers.ETag = $"\"{digest}\"";
        response.Headers.AcceptRanges = "bytes";
        response.Headers.CacheControl = "max-age=31536000";
    }

    // Read straight into the connection's own buffers.
    private static async Task SendAsync(FileStream blob, long at, long count, HttpContext context)
    {
        var body = context.Response.BodyWriter;
        while (count > 0)
        {
            var memory = body.GetMemory(BlockPool.BlockSize);
            var read = RandomAccess.Read(blob.SafeFileHandle, memory.Span[..(int)Math.Min(memory.Length, count)], at);
            if (read == 0) throw new IOException($"{blob.Name} ended early");
            body.Advance(read);
            (at, count) = (at + read, count - read);
            if ((await body.FlushAsync(context.RequestAborted)).IsCompleted) return;
        }
    }
}
