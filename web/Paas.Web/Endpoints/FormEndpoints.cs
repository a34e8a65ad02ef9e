using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access;

namespace Paas.Web.Endpoints;

/// <summary>
/// Forms: post, do, redirect (303). Authentication already refuses a form that another site posts. What takes long (a deployment)
/// goes on after the redirect; the page the person lands on shows how it goes.
/// </summary>
internal static class FormEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static void MapForms(this IEndpointRouteBuilder site)
    {
        site.MapPost("/theme", async (HttpContext context) =>
        {
            var form = await context.Request.ReadFormAsync();
            PageFrame.SetTheme(context, form["theme"] == "dark" ? "dark" : "light");
            return SeeOther(context, LocalPath.Of(form["return"]));
        }).AllowAnonymous();

        var forms = site.MapGroup("").RequireAuthorization();
        forms.MapPost("/apps", CreateAsync);
        forms.MapPost("/apps/{app}/scale", ScaleAsync);
        forms.MapPost("/apps/{app}/restart", RestartAsync);
        forms.MapPost("/apps/{app}/config", ConfigAsync);
        forms.MapPost("/apps/{app}/rollback", RollbackAsync);
        forms.MapPost("/apps/{app}/destroy", DestroyAsync);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, IPlatform platform, AccessDesk desk)
    {
        var name = (await context.Request.ReadFormAsync())["name"].ToString().Trim();
        var target = "/";
        await DoAsync(context, "Created", async () =>
        {
            var app = await platform.CreateAppAsync(new CreateAppRequest(name.Length == 0 ? null : name), CancellationToken.None);
            desk.Own(context.Features.GetRequiredFeature<Subject>(), app.Name);
            target = $"/apps/{app.Name}";
        });
        return SeeOther(context, target);
    }

    private static async Task<IResult> ScaleAsync(string app, HttpContext context, IPlatform platform, LateFailures failures)
    {
        var form = await context.Request.ReadFormAsync();
        var type = form["type"].ToString();
        await BeginAsync(app, context, failures, $"Scaling {type} by {form["change"]}", async () =>
        {
            if (!int.TryParse(form["change"], out var change)) throw new PaasException(ErrorCode.InvalidRequest, "The change must be a number.");
            // Of what is wanted now: the page that was clicked on may be older.
            var now = (await platform.GetFormationAsync(app, CancellationToken.None)).FirstOrDefault(entry => entry.Type == type)?.Quantity ?? 0;
            await platform.ScaleAsync(app, new ScaleRequest(new Dictionary<string, int> { [type] = Math.Max(0, now + change) }), CancellationToken.None);
        });
        return SeeOther(context, $"/apps/{app}");
    }

    private static async Task<IResult> RestartAsync(string app, HttpContext context, IPlatform platform, LateFailures failures)
    {
        await BeginAsync(app, context, failures, $"Restarting {app}: each instance serves until a new one has taken its place", () =>
            platform.RestartAsync(app, new RestartRequest(), CancellationToken.None));
        return SeeOther(context, $"/apps/{app}");
    }

    private static async Task<IResult> ConfigAsync(string app, HttpContext context, IPlatform platform, LateFailures failures)
    {
        var form = await context.Request.ReadFormAsync();
        var name = form["name"].ToString().Trim();
        var remove = form.ContainsKey("remove");
        // Browsers submit every line break of a field as CRLF (HTML, "Constructing the entry list").
        var value = form["value"].ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
        var change = new ConfigChange(
            new Dictionary<string, string?> { [name] = remove ? null : value }, form.ContainsKey("secret") ? [name] : null);
        await BeginAsync(app, context, failures, $"{(remove ? "Removing" : "Setting")} {name}: a new release goes live when it is healthy", () =>
            platform.ChangeConfigAsync(app, change, CancellationToken.None));
        return SeeOther(context, $"/apps/{app}/config");
    }

    private static async Task<IResult> RollbackAsync(string app, HttpContext context, IPlatform platform, LateFailures failures)
    {
        var form = await context.Request.ReadFormAsync();
        await BeginAsync(app, context, failures, $"Rolling back to v{form["version"]}", () =>
            platform.RollbackAsync(app, new RollbackRequest(int.TryParse(form["version"], out var version) ? version : null), CancellationToken.None));
        return SeeOther(context, $"/apps/{app}/activity");
    }

    private static async Task<IResult> DestroyAsync(string app, HttpContext context, IPlatform platform, LateFailures failures)
    {
        var form = await context.Request.ReadFormAsync();
        if (form["confirm"] != app)
        {
            PageFrame.LeaveNotice(context, $"Nothing was destroyed: to destroy {app}, type its name.", failed: true);
            return SeeOther(context, $"/apps/{app}/settings");
        }

        await DoAsync(context, $"Destroyed {app}", () => platform.DestroyAppAsync(app, CancellationToken.None));
        failures.Forget(app);
        return SeeOther(context, "/");
    }

    private static async Task DoAsync(HttpContext context, string done, Func<Task> operation)
    {
        try
        {
            await operation();
            PageFrame.LeaveNotice(context, done, failed: false);
        }
        catch (PaasException e)
        {
            PageFrame.LeaveNotice(context, LateFailures.Text(e), failed: true);
        }
    }

    // What takes longer than a person waits for an answer; its failure is told on the app's pages.
    private static Task BeginAsync(string app, HttpContext context, LateFailures failures, string what, Func<Task> operation) =>
        DoAsync(context, what, async () =>
        {
            failures.Forget(app);
            var running = operation();
            await Task.WhenAny(running, Task.Delay(Patience));
            if (running.IsCompleted) await running;
            else _ = failures.WatchAsync(app, what, running);
        });

    private static IResult SeeOther(HttpContext context, string target)
    {
        context.Response.Headers.Location = target;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }
}
