using System.Text;
using Microsoft.AspNetCore.Http;

namespace Paas.Web.Endpoints;

/// <summary>What every page needs of the request: the theme, the message a form left behind, who is looking.</summary>
/// <param name="Theme"><c>light</c>, <c>dark</c> or <c>auto</c>.</param>
/// <param name="Notice">What the last form did, shown once.</param>
/// <param name="Failed">True when that was a failure.</param>
/// <param name="Caller">Name of the caller, or null on the login page.</param>
/// <param name="Path">Path of the page.</param>
public sealed record PageFrame(string Theme, string? Notice, bool Failed, string? Caller, string Path)
{
    private const string ThemeCookie = "paas-theme";
    private const string NoticeCookie = "paas-notice";

    /// <summary>Reads the request and takes the notice away, so that it is shown once.</summary>
    public static PageFrame From(HttpContext context)
    {
        var theme = context.Request.Cookies[ThemeCookie] is "light" or "dark" ? context.Request.Cookies[ThemeCookie]! : "auto";
        var (notice, failed) = TakeNotice(context);
        return new PageFrame(theme, notice, failed, context.User.Identity?.Name, context.Request.Path);
    }

    public static void SetTheme(HttpContext context, string theme) =>
        context.Response.Cookies.Append(ThemeCookie, theme, new CookieOptions { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Strict, HttpOnly = true });

    public static void LeaveNotice(HttpContext context, string text, bool failed)
    {
        // A cookie holds about 4 kB; a long reason is also on the page the notice leads to.
        var shortened = text.Length > 1200 ? text[..1200] + "…" : text;
        var value = Convert.ToBase64String(Encoding.UTF8.GetBytes((failed ? "-" : "+") + shortened));
        context.Response.Cookies.Append(NoticeCookie, value, new CookieOptions { SameSite = SameSiteMode.Strict, HttpOnly = true });
    }

    private static (string? Text, bool Failed) TakeNotice(HttpContext context)
    {
        if (context.Request.Cookies[NoticeCookie] is not { Length: > 0 } value) return (null, false);
        context.Response.Cookies.Delete(NoticeCookie);
        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, bytes, out var length) || length < 2) return (null, false);
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return (text[1..], text[0] == '-');
    }
}
