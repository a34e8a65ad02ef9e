using System.Net;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Remote;

/// <summary>
/// One blob from the first of several servers that has it into the content store: hashed as it comes, taken up again where a
/// connection broke, and stored only when digest and size are what the descriptor says.
/// </summary>
internal sealed class BlobDownload(
    IReadOnlyList<RemoteRepository> sources, ContentStore store, RegistryTransport transport, IProgress<TransferProgress>? progress)
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Bytes between two reports of progress.</summary>
    private const long ReportEvery = 512 * 1024;

    /// <exception cref="RegistryException">No server has it, or what they have is something else.</exception>
    public async Task RunAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        RegistryException? failure = null;
        foreach (var source in sources)
        {
            try
            {
                await FromAsync(source, descriptor, cancellationToken);
                return;
            }
            catch (RegistryException error) when (source != sources[^1])
            {
                failure = error;
            }
            catch (ContentMismatchException error)
            {
                failure = new RegistryException(RegistryFailure.Invalid, $"{source.Endpoint} sent something else than {descriptor.Digest}", error);
            }
        }

        throw failure!;
    }

    private async Task FromAsync(RemoteRepository source, Descriptor descriptor, CancellationToken cancellationToken)
    {
        await using var writer = store.OpenWrite(descriptor.Digest.Algorithm);
        progress?.Report(new TransferProgress(descriptor.Digest, TransferStage.Moving, 0, descriptor.Size));
        for (var attempts = 1; writer.Length < descriptor.Size || attempts == 1; attempts++)
        {
            var before = writer.Length;
            try
            {
                await ContinueAsync(source, descriptor, writer, cancellationToken);
                if (writer.Length == descriptor.Size) break;
                throw new HttpIOException(HttpRequestError.ResponseEnded, $"the content ended after {writer.Length} of {descriptor.Size} bytes");
            }
            catch (Exception error) when (Retry.Passes(error))
            {
                if (writer.Length > before) attempts = 1;
                if (!transport.Retry.Allows(attempts))
                    throw new RegistryException(RegistryFailure.Unavailable, $"{source.Endpoint} breaks off {descriptor.Digest.Abbreviated} of {source.Path}: {error.Message}", error);
            }

            await transport.Retry.WaitAsync(attempts, null, cancellationToken);
        }

        writer.Complete(descriptor.MediaType, descriptor.Digest);
        progress?.Report(new TransferProgress(descriptor.Digest, TransferStage.Done, descriptor.Size, descriptor.Size));
    }

    private async Task ContinueAsync(RemoteRepository source, Descriptor descriptor, BlobWriteStream writer, CancellationToken cancellationToken)
    {
        using var response = await source.BlobAsync(descriptor.Digest, writer.Length, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new RegistryException(RegistryFailure.NotFound, $"{source.Endpoint} does not have {descriptor.Digest} of {source.Path}");
        using var timer = transport.Timer(cancellationToken);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(timer.Token);
            // A server may know no ranges: then what is here already is passed over.
            var skip = response.StatusCode == HttpStatusCode.PartialContent ? CheckRange(source, response, writer.Length) : writer.Length;
            await CopyAsync(source, body, skip, descriptor, writer, timer);
        }
        catch (OperationCanceledException error)
        {
            throw timer.Explain(error);
        }
    }

    private static long CheckRange(RemoteRepository source, HttpResponseMessage response, long offset) =>
        response.Content.Headers.ContentRange?.From == offset
            ? 0
            : throw new RegistryException(RegistryFailure.Invalid, $"{source.Endpoint} sent another part of a layer than it was asked for");

    private async Task CopyAsync(RemoteRepository source, Stream body, long skip, Descriptor descriptor, BlobWriteStream writer, StallTimer timer)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        var reported = writer.Length;
        while (await BoundedBody.ReadSomeAsync(body, buffer, timer) is var read and > 0)
        {
            var passed = (int)long.Min(skip, read);
            skip -= passed;
            if (writer.Length + read - passed > descriptor.Size)
                throw new RegistryException(RegistryFailure.Invalid, $"{source.Endpoint} sent more than the {descriptor.Size} bytes of {descriptor.Digest}");
            writer.Write(buffer.AsSpan(passed, read - passed));
            if (writer.Length - reported < ReportEvery) continue;
            reported = writer.Length;
            progress?.Report(new TransferProgress(descriptor.Digest, TransferStage.Moving, reported, descriptor.Size));
        }
    }
}
