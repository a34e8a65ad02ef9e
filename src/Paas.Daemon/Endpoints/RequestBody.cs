using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Endpoints;

/// <summary>Reads a JSON request body; what is not one is the client's error, said plainly.</summary>
internal static class RequestBody
{
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                ?? throw new PaasException(ErrorCode.InvalidRequest, "The request body is null");
        }
        catch (JsonException error)
        {
            var where = error.Path is null or "$" ? "" : $" at {error.Path}";
            throw new PaasException(ErrorCode.InvalidRequest, $"The request body is not the JSON this path takes{where}", null, error);
        }
    }
}
