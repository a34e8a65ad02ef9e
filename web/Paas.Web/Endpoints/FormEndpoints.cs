using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access;

namespace Paas.Web.Endpoints;

/// <summary>
/// Forms: post, do, redirect (303). Authentication already refuses a form that another site posts. What takes long (a deployment)
/// goes on after the redirect; the page the person lands on shows how it goes.
/// </summary>
internal static partial class FormEndpoints
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
        forms.MapPost("/apps/{app}/config", ConfigAsync);
        forms.MapPost("/apps/{app}/rollback", RollbackAsync);
        forms.MapPost("/apps/{app}/destroy", DestroyAsync);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, IPlatform platform, AccessDesk desk, ILoggerFactory logs)
    {
        var name = (await context.Request.ReadFormAsync())["name"].ToString().Trim();
        var target = "/";
        await DoAsync(context, logs, "Created", async () =>
        {
            var app = await platform.CreateAppAsync(new CreateAppRequest(name.Length == 0 ? null : name), CancellationToken.None);
            desk.Own(context.Features.GetRequiredFeature<Subject>(), app.Name);
            target = $"/apps/{app.Name}";
        });
        return SeeOther(context, target);
    }

    private static async Task<IResult> ScaleAsync(string app, HttpContext context, IPlatform platform, ILoggerFactory logs)
    {
        var form = await context.Request.ReadFormAsync();
        var type = form["type"].ToString();
        await DoAsync(context, logs, $"Scaling {type} to {form["quantity"]}", () =>
        {
            if (!int.TryParse(form["quantity"], out var quantity)) throw new PaasException(ErrorCode.InvalidRequest, "The quantity must be a number.");
            return platform.ScaleAsync(app, new ScaleRequest(new Dictionary<string, int> { [type] = quantity }), CancellationToken.None);
        });
        return SeeOther(context, $"/apps/{app}");
    }

    private static async Task<IResult> ConfigAsync(string app, HttpContext context, IPlatform platform, ILoggerFactory logs)
    {
        var form = await context.Request.ReadFormAsync();
        var name = form["name"].ToString().Trim();
        var remove = form.ContainsKey("remove");
        // Browsers submit every line break of a field as CRLF (HTML, "Constructing the entry list").
        var value = form["value"].ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
        var change = new ConfigChange(
            new Dictionary<string, string?> { [name] = remove ? null : value }, form.ContainsKey("secret") ? [name] : null);
        await DoAsync(context, logs, $"{(remove ? "Removing" : "Setting")} {name}: a new release goes live when it is healthy", () =>
            platform.ChangeConfigAsync(app, change, CancellationToken.None));
        return SeeOther(context, $"/apps/{app}/config");
    }

    private static async Task<IResult> RollbackAsync(string app, HttpContext context, IPlatform platform, ILoggerFactory logs)
    {
        var form = await context.Request.ReadFormAsync();
        await DoAsync(context, logs, $"Rolling back to v{form["version"]}", () =>
            platform.RollbackAsync(app, new RollbackRequest(int.TryParse(form["version"], out var version) ? version : null), CancellationToken.None));
        return SeeOther(context, $"/apps/{app}/activity");
    }

    private static async Task<IResult> DestroyAsync(string app, HttpContext context, IPlatform platform, ILoggerFactory logs)
    {
        var form = await context.Request.ReadFormAsync();
        if (form["confirm"] != app)
        {
            PageFrame.LeaveNotice(context, $"Nothing was destroyed: to destroy {app}, type its name.", failed: true);
            return SeeOther(context, $"/apps/{app}/settings");
        }

        await DoAsync(context, logs, $"Destroyed {app}", () => platform.DestroyAppAsync(app, CancellationToken.None), wait: true);
        return SeeOther(context, "/");
    }

    private static async Task DoAsync(HttpContext context, ILoggerFactory logs, string done, Func<Task> operation, bool wait = false)
    {
        try
        {
            var running = operation();
            if (!wait) await Task.WhenAny(running, Task.Delay(Patience));
            if (wait || running.IsCompleted) await running;
            else _ = ReportAsync(running, logs, context.Request.Path);
            PageFrame.LeaveNotice(context, done, failed: false);
        }
        catch (PaasException e)
        {
            PageFrame.LeaveNotice(context, e.Hint is null ? e.Message : $"{e.Message} {e.Hint}", failed: true);
        }
    }

    private static async Task ReportAsync(Task running, ILoggerFactory logs, string path)
    {
        try
        {
            await running;
        }
        catch (Exception e)
        {
            LogFailed(logs.CreateLogger(typeof(FormEndpoints).FullName!), path, e.Message);
        }
    }

    private static IResult SeeOther(HttpContext context, string target)
    {
        context.Response.Headers.Location = target;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "{Path} failed after its redirect: {Reason}")]
    private static partial void LogFailed(ILogger logger, string path, string reason);
}
