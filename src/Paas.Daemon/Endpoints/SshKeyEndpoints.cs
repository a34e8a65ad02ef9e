using Microsoft.AspNetCore.Mvc;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Daemon.Authentication;

namespace Paas.Daemon.Endpoints;

/// <summary>Keys that may log in over SSH, and what sshd asks about them.</summary>
internal static class SshKeyEndpoints
{
    private const string Root = "root";

    public static void MapSshKeys(this IEndpointRouteBuilder api)
    {
        api.MapGet("/ssh-keys", async ([FromServices] ISshKeys keys, CancellationToken ct) =>
            TypedResults.Json(await keys.ListSshKeysAsync(ct), ApiJsonContext.Default.IReadOnlyListSshKeyDocument));

        api.MapPost("/ssh-keys", async (HttpContext context, [FromServices] ISshKeys keys, CancellationToken ct) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.AddSshKeyRequest);
            if (string.IsNullOrWhiteSpace(request.Name)) throw new PaasException(ErrorCode.InvalidRequest, "name is missing: say whose key it is");
            if (string.IsNullOrWhiteSpace(request.Key)) throw new PaasException(ErrorCode.InvalidRequest, "key is missing: a line of a .pub file");
            var caller = Caller.Name(context.User);
            if (request.User is { } user && user != caller && caller != Root)
                throw new PaasException(ErrorCode.Forbidden, $"Only root adds keys that act for somebody else, and you are {caller}", "Leave the user out: the key is then yours.");
            var added = await keys.AddSshKeyAsync(request with { User = request.User ?? caller }, ct);
            return TypedResults.Json(added, ApiJsonContext.Default.SshKeyDocument, statusCode: StatusCodes.Status201Created);
        });

        api.MapDelete("/ssh-keys/{name}", async (string name, [FromServices] ISshKeys keys, CancellationToken ct) =>
        {
            await keys.RemoveSshKeyAsync(name, ct);
            return TypedResults.NoContent();
        });

        api.MapPost("/ssh-sessions", async (HttpContext context, [FromServices] ISshKeys keys, CancellationToken ct) =>
        {
            if (Caller.Name(context.User) != Root) throw new PaasException(ErrorCode.Forbidden, "Only sshd, as root, may ask this");
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.SshSessionRequest);
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Json(await keys.OpenSshSessionAsync(request, ct), ApiJsonContext.Default.SshSessionDocument);
        });
    }
}
