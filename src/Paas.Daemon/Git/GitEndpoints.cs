using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Git;
using Paas.Daemon.Authentication;

namespace Paas.Daemon.Git;

/// <summary>
/// git's smart HTTP protocol: <c>/{app}.git/info/refs</c> and the two services. Bodies stream both ways at once; nothing is held in
/// memory or on disk here.
/// </summary>
internal static class GitEndpoints
{
    public static void MapGit(this IEndpointRouteBuilder site)
    {
        site.MapGet("/{app}.git/info/refs", AdvertiseAsync);
        site.MapPost("/{app}.git/git-receive-pack", (string app, HttpContext context, GitHost git) => ServeAsync(app, GitService.ReceivePack, context, git));
        site.MapPost("/{app}.git/git-upload-pack", (string app, HttpContext context, GitHost git) => ServeAsync(app, GitService.UploadPack, context, git));
    }

    private static async Task AdvertiseAsync(string app, string? service, HttpContext context, GitHost git)
    {
        if (GitService.Named(service) is not { } wanted)
        {
            throw new PaasException(ErrorCode.Forbidden, "This server speaks git's smart HTTP protocol only", "Use git 1.6.6 or later.");
        }

        var repository = await git.RepositoryAsync(app, context.RequestAborted);
        NoCache(context.Response, $"application/x-{wanted.Name}-advertisement");
        var protocol = Protocol(context.Request);
        // http-backend leaves the service line out in version 2, where clients don't expect it.
        if (!protocol.Split(':').Contains("version=2"))
        {
            await context.Response.Body.WriteAsync(PktLine.Text($"# service={wanted.Name}\n"));
            await context.Response.Body.WriteAsync(PktLine.Flush);
        }

        await git.RunAsync(
            new GitCall(wanted, app, repository, Caller.Name(context.User), protocol, Advertise: true),
            Stream.Null, context.Response.Body, errors: null, context.RequestAborted);
    }

    private static async Task ServeAsync(string app, GitService service, HttpContext context, GitHost git)
    {
        if (!context.Request.ContentType.AsSpan().StartsWith($"application/x-{service.Name}-request", StringComparison.OrdinalIgnoreCase))
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"The body of this request is application/x-{service.Name}-request");
        }

        var repository = await git.RepositoryAsync(app, context.RequestAborted);
        // A pack is limited by git itself (receive.maxInputSize), a slow line and a long build by nothing.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } requestRate) requestRate.MinDataRate = null;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } responseRate) responseRate.MinDataRate = null;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        NoCache(context.Response, $"application/x-{service.Name}-result");
        await using var body = Decoded(context.Request);
        // At once: a proxy waits only so long for the head of an answer, and unpacking a large push takes its time.
        await context.Response.StartAsync(context.RequestAborted);
        await git.RunAsync(
            new GitCall(service, app, repository, Caller.Name(context.User), Protocol(context.Request)), body, context.Response.Body, errors: null, context.RequestAborted);
    }

    private static string Protocol(HttpRequest request) => GitProtocol.Checked(request.Headers["Git-Protocol"].ToString());

    private static Stream Decoded(HttpRequest request) => request.Headers.ContentEncoding.ToString() switch
    {
        "" or "identity" => request.Body,
        "gzip" or "x-gzip" => new GZipStream(request.Body, CompressionMode.Decompress),
        var other => throw new PaasException(ErrorCode.InvalidRequest, $"A request body can be gzip, not {other}"),
    };

    private static void NoCache(HttpResponse response, string type)
    {
        response.ContentType = type;
        response.Headers.CacheControl = "no-cache, max-age=0, must-revalidate";
        response.Headers.Pragma = "no-cache";
        response.Headers.Expires = "Fri, 01 Jan 1980 00:00:00 GMT";
    }
}
