using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Paas.Contracts.Api;
using Paas.ControlPlane.Access;
using Paas.Web.Components;

namespace Paas.Web.Endpoints;

/// <summary>The parts of a page that change while a person looks: rendered by the same components as the page, fetched by <c>&lt;live-fragment&gt;</c>.</summary>
internal static class FragmentEndpoints
{
    public static void MapFragments(this IEndpointRouteBuilder site)
    {
        var fragments = site.MapGroup("/fragments").RequireAuthorization();

        fragments.MapGet("/apps", async (HttpContext context, IPlatform platform, AccessRules rules, CancellationToken ct) =>
            Fragment<AppCards>(context, new() { ["Apps"] = rules.Visible(context.Features.GetRequiredFeature<Subject>(), await platform.ListAppsAsync(ct), app => app.Name) }));

        fragments.MapGet("/apps/{app}/status", async (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            Fragment<AppStatusBadge>(context, new() { ["Status"] = (await platform.GetAppAsync(app, ct)).Status }));

        fragments.MapGet("/apps/{app}/instances", async (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            Fragment<InstanceTable>(context, new() { ["Instances"] = await platform.ListInstancesAsync(app, ct) }));

        fragments.MapGet("/apps/{app}/deployments", async (string app, int? most, HttpContext context, IPlatform platform, CancellationToken ct) =>
            Fragment<DeploymentList>(context, new() { ["App"] = app, ["Deployments"] = await platform.ListDeploymentsAsync(app, ct), ["Most"] = most ?? 1 }));

        fragments.MapGet("/apps/{app}/first-push", async (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            Fragment<FirstPush>(context, new() { ["App"] = await platform.GetAppAsync(app, ct), ["Deployments"] = await platform.ListDeploymentsAsync(app, ct) }));

        fragments.MapGet("/apps/{app}/formation", async (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            Fragment<Formation>(context, new() { ["App"] = await platform.GetAppAsync(app, ct) }));

        fragments.MapGet("/apps/{app}/failure", (string app, HttpContext context) => Fragment<LateFailure>(context, new() { ["App"] = app }));

        fragments.MapGet("/apps/{app}/releases", async (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            Fragment<ReleaseTable>(context, new() { ["App"] = app, ["Releases"] = await platform.ListReleasesAsync(app, ct) }));

        fragments.MapGet("/apps/{app}/config", async (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            Fragment<ConfigVars>(context, new() { ["App"] = app, ["Config"] = await platform.GetConfigAsync(app, ct) }));

        fragments.MapGet("/apps/{app}/builds", async (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            Fragment<BuildTable>(context, new() { ["App"] = app, ["Builds"] = await platform.ListBuildsAsync(app, ct) }));

        fragments.MapGet("/apps/{app}/builds/{number:int}/status", async (string app, int number, HttpContext context, IPlatform platform, CancellationToken ct) =>
            Fragment<BuildStatusBadge>(context, new() { ["Status"] = (await PageEndpoints.BuildAsync(platform, app, number, ct)).Status }));
    }

    private static RazorComponentResult<TComponent> Fragment<TComponent>(HttpContext context, Dictionary<string, object?> parameters)
        where TComponent : Microsoft.AspNetCore.Components.IComponent
    {
        context.Response.Headers.CacheControl = "no-store";
        return new RazorComponentResult<TComponent>(parameters);
    }
}
