using System.Text;
using System.Text.Encodings.Web;

namespace Paas.Router.Proxy;

/// <summary>What a visitor sees when the router answers itself: a page to browsers, a few lines of text to everything else.</summary>
internal static class ErrorPage
{
    /// <summary>Answers. Says nothing to a HEAD but its headers.</summary>
    /// <returns>Bytes of body sent.</returns>
    public static async Task<int> WriteAsync(HttpContext context, Failure failure, string requestId)
    {
        var response = context.Response;
        response.Clear();
        response.StatusCode = failure.Status;
        response.Headers.CacheControl = "no-store";
        response.Headers[RequestId.Header] = requestId;
        if (failure.RetryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString();
        var html = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        response.ContentType = html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
        var body = Encoding.UTF8.GetBytes(html ? Html(failure, requestId) : Text(failure, requestId));
        response.ContentLength = body.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return 0;
        await response.Body.WriteAsync(body, context.RequestAborted);
        return body.Length;
    }

    private static string Text(Failure failure, string requestId) =>
        $"{failure.Status} {failure.Title}\n{failure.Text}\nrequest {requestId}\n";

    private static string Html(Failure failure, string requestId)
    {
        var encode = HtmlEncoder.Default;
        return $$"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{{encode.Encode(failure.Title)}}</title>
            <style>
            :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
            body { max-width: 36rem; margin: 18vh auto 0; padding: 0 1.5rem }
            h1 { font-size: 1.5rem; margin: 0 0 .5rem }
            p { margin: 0 0 1rem }
            small { opacity: .6; font: .8rem/1.4 ui-monospace, monospace }
            </style>
            <h1>{{encode.Encode(failure.Title)}}</h1>
            <p>{{encode.Encode(failure.Text)}}</p>
            <small>{{failure.Status}} · request {{encode.Encode(requestId)}}</small>
            </html>

            """;
    }
}
