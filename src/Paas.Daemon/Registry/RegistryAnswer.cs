using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Paas.ControlPlane.Registry;
using Paas.Oci;
using Paas.Oci.Distribution;

namespace Paas.Daemon.Registry;

/// <summary>The forms of the registry's answers.</summary>
internal static class RegistryAnswer
{
    public const string DigestHeader = "Docker-Content-Digest";

    private const string Json = "application/json";

    public static Task RefuseAsync(HttpContext context, RegistryRefusalException refusal)
    {
        context.Response.StatusCode = refusal.Status;
        return WriteAsync(context, Json, DistributionDocuments.Error(refusal.Code, refusal.Message));
    }

    /// <summary>Says how to log in, and what for (Docker's "Token Authentication").</summary>
    /// <param name="context">The request.</param>
    /// <param name="scope">What is asked, e.g. <c>repository:app:pull</c>; null for nothing but being somebody.</param>
    /// <param name="why">For people.</param>
    public static Task ChallengeAsync(HttpContext context, string? scope, string why)
    {
        // As the client sees us: the router says under which scheme it was asked.
        var request = context.Request;
        var scheme = request.Headers["X-Forwarded-Proto"].ToString() is { Length: > 0 } forwarded ? forwarded : request.Scheme;
        context.Response.Headers.WWWAuthenticate =
            $"Bearer realm=\"{scheme}://{request.Host}/v2/token\",service=\"{request.Host}\"{(scope is null ? "" : $",scope=\"{scope}\"")}";
        return RefuseAsync(context, new RegistryRefusalException(RegistryErrorCode.Unauthorized, why));
    }

    /// <summary>A whole document; only its head where the head was asked for.</summary>
    public static async Task WriteAsync(HttpContext context, string mediaType, byte[] body)
    {
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    public static Task WriteJsonAsync(HttpContext context, byte[] body) => WriteAsync(context, Json, body);

    /// <summary>Something is there now.</summary>
    public static void Created(HttpContext context, string location, Digest digest)
    {
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = location;
        context.Response.Headers[DigestHeader] = digest.ToString();
        context.Response.ContentLength = 0;
    }

    /// <summary>Lets a body be as large, and as slow, as it is.</summary>
    public static void Unlimit(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } requests) requests.MinDataRate = null;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } responses) responses.MinDataRate = null;
    }
}
