using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Paas.Contracts.Errors;
using Paas.Web.Assets;
using Paas.Web.Endpoints;

namespace Paas.Web;

/// <summary>The dashboard: pages rendered on the server, forms that post and redirect, fragments that pages refresh, assets.</summary>
public static class PaasWeb
{
    public static IServiceCollection AddPaasWeb(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton<LateFailures>();
        return services;
    }

    /// <summary>Tells a person that they may not: as a page, or, where they sent a form, as a notice on the page they sent it from.</summary>
    public static Task RefuseAsync(HttpContext context, PaasException refusal)
    {
        if (!HttpMethods.IsPost(context.Request.Method)) return PageEndpoints.Problem(context, refusal).ExecuteAsync(context);
        PageFrame.LeaveNotice(context, refusal.Hint is null ? refusal.Message : $"{refusal.Message}. {refusal.Hint}", failed: true);
        context.Response.Headers.Location = context.Request.RouteValues["app"] is string app ? $"/apps/{app}" : "/";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        return Task.CompletedTask;
    }

    /// <summary>Pages need an authenticated caller, as the API does; the login page and the assets do not.</summary>
    public static void MapPaasWeb(this IEndpointRouteBuilder site)
    {
        site.MapAssets();
        site.MapPages();
        site.MapFragments();
        site.MapForms();
    }
}
