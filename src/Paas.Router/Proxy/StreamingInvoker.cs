using System.Net;

namespace Paas.Router.Proxy;

/// <summary>Sends each piece of a request body on as it comes; the handler alone would hold small pieces back until it has 4 kB.</summary>
internal sealed class StreamingInvoker(HttpMessageHandler handler) : HttpMessageInvoker(handler, disposeHandler: true)
{
    public override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Headers of a body that does not come, such as a Content-Type with a GET, are in a content of length 0: wrapped, it would go in chunks.
        if (request.Content is { } content && content.Headers.ContentLength != 0) request.Content = new FlushedContent(content);
        return base.SendAsync(request, cancellationToken);
    }

    private sealed class FlushedContent : HttpContent
    {
        private readonly HttpContent inner;

        public FlushedContent(HttpContent inner)
        {
            this.inner = inner;
            foreach (var header in inner.Headers.NonValidated) Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            inner.CopyToAsync(new FlushingStream(stream), context, cancellationToken);

        // A declared length is among the headers; without one the body is sent in chunks.
        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
