using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Errors;

/// <summary>Writes a failure in the form its reader understands: a document for programs, <c> !     </c> lines for git, which prints plain text and nothing else.</summary>
internal static class Problem
{
    public static Task WriteAsync(HttpContext context, PaasException error, int? status = null)
    {
        var code = status ?? ErrorCodes.HttpStatus(error.Code);
        context.Response.StatusCode = code;
        return IsGit(context.Request) ? WriteTextAsync(context, error) : WriteDocumentAsync(context, error, code);
    }

    /// <summary>Ends a stream that has begun with the failure. False where the answer is no stream.</summary>
    public static async Task<bool> TryWriteLastAsync(HttpContext context, PaasException error)
    {
        var (before, after) = context.Response.ContentType switch
        {
            EventStream.SseType => ("event: problem\ndata: ", "\n\n"),
            EventStream.NdjsonType => ("", "\n"),
            _ => (null, null),
        };
        if (before is null) return false;
        var document = new ProblemEvent(Document(error, ErrorCodes.HttpStatus(error.Code)));
        await context.Response.WriteAsync(before + JsonSerializer.Serialize(document, ApiJsonContext.Default.ProblemEvent) + after, context.RequestAborted);
        return true;
    }

    /// <summary>The failure as a document.</summary>
    public static ProblemDocument Document(PaasException error) => Document(error, ErrorCodes.HttpStatus(error.Code));

    /// <summary>A path of the git protocol: <c>/hello.git/…</c>.</summary>
    public static bool IsGit(HttpRequest request)
    {
        var path = request.Path.Value.AsSpan();
        if (path.Length < 2) return false;
        var end = path[1..].IndexOf('/');
        return (end < 0 ? path[1..] : path.Slice(1, end)).EndsWith(".git", StringComparison.Ordinal);
    }

    private static Task WriteDocumentAsync(HttpContext context, PaasException error, int status)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(Document(error, status), ApiJsonContext.Default.ProblemDocument);
        context.Response.ContentType = "application/problem+json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static ProblemDocument Document(PaasException error, int status) => new(error.Message, status, ErrorCodes.ToWire(error.Code), error.Hint);

    private static Task WriteTextAsync(HttpContext context, PaasException error)
    {
        context.Response.ContentType = "text/plain";
        var lines = $"{error.Message}\n{error.Hint}".Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return context.Response.WriteAsync(string.Concat(lines.Select(line => $" !     {line}\n")), context.RequestAborted);
    }
}
