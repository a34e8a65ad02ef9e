using System.Globalization;
using Paas.ControlPlane.Registry;
using Paas.Images.Uploads;
using Paas.Oci;
using Paas.Oci.Distribution;

namespace Paas.Daemon.Registry;

/// <summary>Uploads of blobs: at once, in pieces, resumed, or not needed at all (distribution-spec, "Pushing Blobs").</summary>
internal static class UploadEndpoints
{
    public static async Task StartAsync(RegistryCall call, RegistryCaller caller, string repository)
    {
        var query = call.Context.Request.Query;
        if (query["mount"].ToString() is { Length: > 0 } mount && await MountAsync(call, caller, repository, DigestOf(mount))) return;

        Digest? digest = query["digest"].ToString() is { Length: > 0 } text ? DigestOf(text) : null;
        var algorithm = query["digest-algorithm"].ToString() is { Length: > 0 } said ? said : digest?.Algorithm ?? Digest.Sha256;
        var upload = call.Registry.StartUpload(repository, algorithm);
        if (digest is { } whole)
        {
            RegistryAnswer.Unlimit(call.Context);
            using var turn = await upload.TakeAsync(call.Context.RequestAborted);
            await TakeBodyAsync(call, upload);
            await FinishAsync(call, repository, upload, whole);
            return;
        }

        Describe(call.Context.Response, repository, upload);
        call.Context.Response.StatusCode = StatusCodes.Status202Accepted;
        call.Context.Response.ContentLength = 0;
    }

    public static Task StateAsync(RegistryCall call, RegistryRoute route)
    {
        // Without the upload's turn: who asks is often the one whose broken connection we still believe in.
        Describe(call.Context.Response, route.Repository, call.Registry.FindUpload(route.Repository, route.Item));
        call.Context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public static async Task AppendAsync(RegistryCall call, RegistryRoute route)
    {
        RegistryAnswer.Unlimit(call.Context);
        var upload = call.Registry.FindUpload(route.Repository, route.Item);
        using var turn = await upload.TakeAsync(call.Context.RequestAborted);
        await TakeBodyAsync(call, upload, route.Repository);
        Describe(call.Context.Response, route.Repository, upload);
        call.Context.Response.StatusCode = StatusCodes.Status202Accepted;
        call.Context.Response.ContentLength = 0;
    }

    public static async Task CompleteAsync(RegistryCall call, RegistryRoute route)
    {
        RegistryAnswer.Unlimit(call.Context);
        var digest = DigestOf(call.Context.Request.Query["digest"].ToString());
        var upload = call.Registry.FindUpload(route.Repository, route.Item);
        using var turn = await upload.TakeAsync(call.Context.RequestAborted);
        await TakeBodyAsync(call, upload, route.Repository);
        await FinishAsync(call, route.Repository, upload, digest);
    }

    public static async Task CancelAsync(RegistryCall call, RegistryRoute route)
    {
        var upload = call.Registry.FindUpload(route.Repository, route.Item);
        using var turn = await upload.TakeAsync(call.Context.RequestAborted);
        call.Registry.CancelUpload(upload);
        call.Context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // False where the blob has to be sent. The rights that a mount needs are known only now, so a token that was got for this repository
    // alone is asked to be got for the other one too; what the person may not read is not told apart from what is not there.
    private static async Task<bool> MountAsync(RegistryCall call, RegistryCaller caller, string repository, Digest wanted)
    {
        var from = call.Context.Request.Query["from"].ToString() is { Length: > 0 } named ? named : null;
        if (call.Registry.TryMount(repository, wanted, from, other => caller.May(other, RegistryAccess.Pull)))
        {
            RegistryAnswer.Created(call.Context, $"/v2/{repository}/blobs/{wanted}", wanted);
            return true;
        }

        if (caller.Grants is null || call.Registry.MountSource(repository, wanted, from, other => caller.Can(other, RegistryAccess.Pull)) is not { } source) return false;
        var scope = $"repository:{repository}:pull,push repository:{source}:pull";
        await RegistryAnswer.ChallengeAsync(call.Context, scope, $"the token was not got for {source}, which the blob is to come from");
        return true;
    }

    private static async Task TakeBodyAsync(RegistryCall call, Upload upload, string? repository = null)
    {
        var request = call.Context.Request;
        if (request.ContentLength == 0) return;
        try
        {
            await call.Registry.AppendAsync(upload, request.Body, RangeOf(request), request.ContentLength, call.Context.RequestAborted);
        }
        catch (RegistryRefusalException) when (repository is not null)
        {
            // Where to go on is part of a refusal.
            Describe(call.Context.Response, repository, upload);
            throw;
        }
    }

    private static async Task FinishAsync(RegistryCall call, string repository, Upload upload, Digest digest)
    {
        if (!digest.IsComputable)
            throw new RegistryRefusalException(RegistryErrorCode.DigestInvalid, $"{digest}: sha256 and sha512 are the algorithms of this registry");
        await call.Registry.CompleteUploadAsync(repository, upload, digest, call.Context.RequestAborted);
        RegistryAnswer.Created(call.Context, $"/v2/{repository}/blobs/{digest}", digest);
    }

    private static void Describe(HttpResponse response, string repository, Upload upload)
    {
        response.Headers.Location = $"/v2/{repository}/blobs/uploads/{upload.Id}";
        response.Headers.Range = string.Create(CultureInfo.InvariantCulture, $"0-{Math.Max(upload.Size - 1, 0)}");
        response.Headers["Docker-Upload-UUID"] = upload.Id;
    }

    // "0-99", without a unit ("Pushing a blob in chunks"); some clients write it as RFC 9110 does.
    private static (long First, long Last)? RangeOf(HttpRequest request)
    {
        var text = request.Headers.ContentRange.ToString();
        if (text.Length == 0) return null;
        var numbers = (text.StartsWith("bytes ", StringComparison.OrdinalIgnoreCase) ? text[6..] : text).Split('/')[0].Split('-');
        return numbers.Length == 2
            && long.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first <= last
                ? (first, last)
                : throw new RegistryRefusalException(RegistryErrorCode.BlobUploadInvalid, $"'{text}' is no range of bytes like 0-99");
    }

    private static Digest DigestOf(string text) => Digest.TryParse(text, out var digest)
        ? digest
        : throw new RegistryRefusalException(RegistryErrorCode.DigestInvalid, text.Length == 0 ? "the parameter digest is missing" : $"'{text}' is no digest");
}
