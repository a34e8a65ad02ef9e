using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Paas.Contracts.Errors;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Endpoints;

/// <summary>Reads a JSON request body; what is not one is the client's error, said plainly.</summary>
internal static class RequestBody
{
    private const long Limit = 1L << 20;

    /// <param name="context">The request.</param>
    /// <param name="type">What the body is.</param>
    /// <param name="limit">Most bytes.</param>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, long limit = Limit)
        where T : class
    {
        // The server's own limit cuts the connection, and a client that is still sending then never reads why.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        await using var body = new LimitedStream(context.Request.Body, limit, "The request");
        try
        {
            return await JsonSerializer.DeserializeAsync(body, type, context.RequestAborted)
                ?? throw new PaasException(ErrorCode.InvalidRequest, "The request body is null");
        }
        catch (JsonException error)
        {
            var where = error.Path is null or "$" ? "" : $" at {error.Path}";
            throw new PaasException(ErrorCode.InvalidRequest, $"The request body is not the JSON this path takes{where}", null, error);
        }
        catch (PaasException error) when (error.Code == ErrorCode.TooLarge)
        {
            await body.DrainAsync(context.RequestAborted);
            throw;
        }
    }
}
