using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Paas.Web.Assets;
using Paas.Web.Endpoints;

namespace Paas.Web;

/// <summary>The dashboard: pages rendered on the server, forms that post and redirect, fragments that pages refresh, assets.</summary>
public static class PaasWeb
{
    public static IServiceCollection AddPaasWeb(this IServiceCollection services)
    {
        services.AddRazorComponents();
        return services;
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
