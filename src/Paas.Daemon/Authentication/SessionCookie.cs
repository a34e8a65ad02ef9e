namespace Paas.Daemon.Authentication;

/// <summary>The dashboard's session: a cookie that holds the token the person logged in with, out of reach of scripts. Revoking the token ends it.</summary>
internal static class SessionCookie
{
    private const string Name = "paas-session";
    private const string SecureName = "__Host-" + Name;

    // Browsers keep a cookie at most 400 days; a month without a visit is a good time to ask again.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    public static string? Read(HttpRequest request) => request.Cookies[IsSecure(request) ? SecureName : Name] is { Length: > 0 } secret ? secret : null;

    public static void Write(HttpContext context, string secret) =>
        context.Response.Cookies.Append(IsSecure(context.Request) ? SecureName : Name, secret, Options(context.Request, Lifetime));

    public static void Clear(HttpContext context) =>
        context.Response.Cookies.Delete(IsSecure(context.Request) ? SecureName : Name, Options(context.Request, null));

    private static CookieOptions Options(HttpRequest request, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = IsSecure(request),
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };

    private static bool IsSecure(HttpRequest request) =>
        request.IsHttps || request.Headers["X-Forwarded-Proto"].ToString().Equals("https", StringComparison.OrdinalIgnoreCase);
}
