using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access;
using Paas.Web.Pages;

namespace Paas.Web.Endpoints;

/// <summary>Every page: load what it shows, render it.</summary>
internal static class PageEndpoints
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    public static void MapPages(this IEndpointRouteBuilder site)
    {
        site.MapGet("/login", (HttpContext context) =>
            Page<LoginPage>(context, new { Return = context.Request.Query["return"].ToString(), Failed = context.Request.Query.ContainsKey("failed") }))
            .AllowAnonymous();

        var pages = site.MapGroup("").RequireAuthorization();
        pages.MapGet("/", async (HttpContext context, IPlatform platform, AccessRules rules, CancellationToken ct) =>
            Page<AppsPage>(context, new { Apps = rules.Visible(context.Features.GetRequiredFeature<Subject>(), await platform.ListAppsAsync(ct), app => app.Name) }));

        pages.MapGet("/apps/{app}", (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            AppPageAsync<OverviewPage>(app, context, platform, async document => new
            {
                App = document,
                Instances = await platform.ListInstancesAsync(app, ct),
                Deployments = await platform.ListDeploymentsAsync(app, ct),
            }, ct));

        pages.MapGet("/apps/{app}/activity", (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            AppPageAsync<ActivityPage>(app, context, platform, async document => new
            {
                App = document,
                Builds = await platform.ListBuildsAsync(app, ct),
                Deployments = await platform.ListDeploymentsAsync(app, ct),
                Releases = await platform.ListReleasesAsync(app, ct),
            }, ct));

        pages.MapGet("/apps/{app}/builds/{number:int}", (string app, int number, HttpContext context, IPlatform platform, [FromServices] IBuildpacks buildpacks, CancellationToken ct) =>
            AppPageAsync<BuildPage>(app, context, platform, async document => new
            {
                App = document,
                Build = await BuildAsync(platform, app, number, ct),
                Explanation = await ExplanationAsync(buildpacks, app, number, ct),
            }, ct));

        pages.MapGet("/apps/{app}/logs", (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            AppPageAsync<LogsPage>(app, context, platform, document => Task.FromResult<object>(new { App = document }), ct));

        pages.MapGet("/apps/{app}/config", (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            AppPageAsync<ConfigPage>(app, context, platform, async document => new
            {
                App = document,
                Config = await platform.GetConfigAsync(app, ct),
                Deployments = await platform.ListDeploymentsAsync(app, ct),
            }, ct));

        pages.MapGet("/apps/{app}/settings", (string app, HttpContext context, IPlatform platform, CancellationToken ct) =>
            AppPageAsync<SettingsPage>(app, context, platform, document => Task.FromResult<object>(new { App = document }), ct));
    }

    internal static async Task<BuildDocument> BuildAsync(IPlatform platform, string app, int number, CancellationToken ct) =>
        (await platform.ListBuildsAsync(app, ct)).FirstOrDefault(build => build.Number == number)
        ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no build {number}", "Its builds are listed under Activity.");

    private static async Task<BuildExplanationDocument?> ExplanationAsync(IBuildpacks buildpacks, string app, int number, CancellationToken ct)
    {
        try
        {
            return await buildpacks.ExplainBuildAsync(app, number, ct);
        }
        catch (PaasException error) when (error.Code == ErrorCode.NotFound)
        {
            // It has not got so far.
            return null;
        }
    }

    private static async Task<IResult> AppPageAsync<TPage>(
        string app, HttpContext context, IPlatform platform, Func<AppDocument, Task<object>> load, CancellationToken ct)
        where TPage : Microsoft.AspNetCore.Components.IComponent
    {
        try
        {
            return Page<TPage>(context, await load(await platform.GetAppAsync(app, ct)));
        }
        catch (PaasException e) when (e.Code is ErrorCode.AppNotFound or ErrorCode.NotFound)
        {
            return Problem(context, e);
        }
    }

    /// <summary>A page that says what is wrong.</summary>
    internal static IResult Problem(HttpContext context, PaasException error)
    {
        context.Response.StatusCode = ErrorCodes.HttpStatus(error.Code);
        return Page<ProblemPage>(context, new { error.Message, error.Hint });
    }

    private static RazorComponentResult<TPage> Page<TPage>(HttpContext context, object parameters)
        where TPage : Microsoft.AspNetCore.Components.IComponent
    {
        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        context.Response.Headers.CacheControl = "no-store";
        var values = new RouteValueDictionary(parameters) { ["Frame"] = PageFrame.From(context) };
        return new RazorComponentResult<TPage>(values.ToDictionary(pair => pair.Key, pair => pair.Value));
    }
}
