using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Paas.Web.Assets;
using Paas.Web.Endpoints;

namespace Paas.Web;

/// <summary>The dashboard: pages rendered on the server, forms that post and redirect, fragments that pages refresh, assets.</summary>
public static class PaasWeb
{
    public static IServiceCollection AddPaasWeb(this IServiceCollection services)
    {
        services.AddRazorComponents();
        LeaveOutKeys(services);
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

    // Components bring data protection along, which at start writes keys into root's home; nothing of ours is signed with them.
    private static void LeaveOutKeys(IServiceCollection services)
    {
        var keys = services.FirstOrDefault(service =>
            service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Name == "DataProtectionHostedService");
        if (keys is not null) services.Remove(keys);
    }
}
