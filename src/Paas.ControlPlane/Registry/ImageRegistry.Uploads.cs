using Paas.Images;
using Paas.Images.Uploads;
using Paas.Oci;
using Paas.Oci.Distribution;

namespace Paas.ControlPlane.Registry;

public sealed partial class ImageRegistry
{
    /// <summary>Begins the upload of a blob. DENIED, with status 507, where there is no room for one.</summary>
    /// <param name="repository">Gets the blob.</param>
    /// <param name="algorithm">Of the digest that it will have. DIGEST_INVALID where it cannot be computed.</param>
    public Upload StartUpload(string repository, string algorithm)
    {
        if (!Digest.IsRegistered(algorithm))
            throw new RegistryRefusalException(RegistryErrorCode.DigestInvalid, $"'{algorithm}' is no digest algorithm of this registry: sha256 and sha512 are");
        RequireRoom(0);
        return _uploads.Start(repository, algorithm);
    }

    /// <summary>An upload under way. BLOB_UPLOAD_UNKNOWN where the repository has none such.</summary>
    public Upload FindUpload(string repository, string id) =>
        _uploads.Find(repository, id) ?? throw new RegistryRefusalException(
            RegistryErrorCode.BlobUploadUnknown, $"{repository} has no upload {id}: it was finished, cancelled, or nothing came for it in 24 hours");

    /// <summary>
    /// Puts a piece behind what an upload has. BLOB_UPLOAD_INVALID, with status 416, where it is not the next one; DENIED, with status
    /// 507, where there is no room.
    /// </summary>
    /// <param name="upload">Held by the caller.</param>
    /// <param name="body">The piece.</param>
    /// <param name="range">First and last byte, where the sender says so.</param>
    /// <param name="length">Bytes of the piece, where the sender says so.</param>
    /// <param name="ct">What came before it stays.</param>
    public async Task AppendAsync(Upload upload, Stream body, (long First, long Last)? range, long? length, CancellationToken ct)
    {
        if (range is { } said)
        {
            if (said.First != upload.Size)
            {
                throw new RegistryRefusalException(
                    RegistryErrorCode.BlobUploadInvalid, $"the piece begins at byte {said.First}, but {upload.Size} have come; ask for the upload's state and go on there", 416);
            }

            if (length is { } sent && sent != said.Last - said.First + 1)
                throw new RegistryRefusalException(RegistryErrorCode.SizeInvalid, $"the range has {said.Last - said.First + 1} bytes, the body {sent}");
        }

        RequireRoom(length ?? 0);
        var checkedAt = 0L;
        await upload.AppendAsync(
            body,
            written =>
            {
                if (written - checkedAt < CheckEvery) return;
                checkedAt = written;
                RequireRoom(0);
            },
            ct);
    }

    /// <summary>Makes an upload a blob of the repository; durable on return. DIGEST_INVALID where the content is another.</summary>
    public async Task CompleteUploadAsync(string repository, Upload upload, Digest digest, CancellationToken ct)
    {
        using var lease = _content.Lease();
        try
        {
            await upload.CompleteAsync(digest, ct);
        }
        catch (ContentMismatchException error)
        {
            // A sender that was wrong once sends it all again.
            _uploads.Remove(upload);
            throw new RegistryRefusalException(RegistryErrorCode.DigestInvalid, error.Message);
        }

        _store.AddBlob(repository, digest);
        _uploads.Remove(upload);
    }

    /// <summary>Forgets an upload.</summary>
    public void CancelUpload(Upload upload) => _uploads.Remove(upload);

    private void RequireRoom(long needed)
    {
        try
        {
            _reserve.Require("the push", needed);
        }
        catch (DiskReserveException error)
        {
            RoomWanted?.Invoke();
            throw NoRoom(error);
        }
    }
}
