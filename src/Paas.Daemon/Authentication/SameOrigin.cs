namespace Paas.Daemon.Authentication;

/// <summary>
/// Apps live on sibling hostnames, which a cookie's SameSite calls the same site; so a request that changes something counts as the
/// logged-in person's only if the browser itself says that it comes from our own pages. So does one that opens a WebSocket, whose
/// pages browsers do not keep from reading it.
/// </summary>
internal static class SameOrigin
{
    public static bool Allows(HttpRequest request)
    {
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (reads && !request.HttpContext.WebSockets.IsWebSocketRequest) return true;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0) return site == "same-origin";
        return Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
            && origin.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
