using System.Net;
using System.Net.Http.Headers;
using Paas.Oci.Images;

namespace Paas.Images.Remote;

/// <summary>A blob of the content store as the body of a request; says how far it is, and keeps the timer going while the server takes it.</summary>
internal sealed class BlobContent : HttpContent
{
    private const int BufferSize = 256 * 1024;

    private readonly ContentStore _store;
    private readonly Descriptor _blob;
    private readonly StallTimer _timer;
    private readonly IProgress<TransferProgress>? _progress;

    public BlobContent(ContentStore store, Descriptor blob, StallTimer timer, IProgress<TransferProgress>? progress)
    {
        (_store, _blob, _timer, _progress) = (store, blob, timer, progress);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Headers.ContentLength = blob.Size;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var blob = _store.OpenRead(_blob.Digest);
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        long sent = 0;
        while (await blob.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            _timer.Renew();
            sent += read;
            _progress?.Report(new TransferProgress(_blob.Digest, TransferStage.Moving, sent, _blob.Size));
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _blob.Size;
        return true;
    }
}
