using Paas.ControlPlane.Access;

namespace Paas.Daemon.Authentication;

/// <summary>
/// What each endpoint is for, as <see cref="AccessRules"/> knows it. One that is not in the table is for administrators only: a
/// forgotten line closes a door and opens none.
/// </summary>
internal static class EndpointActions
{
    private static readonly Dictionary<AccessAction, string[]> Table = new()
    {
        [AccessAction.Identify] =
        [
            "GET /v1/whoami", "GET /v1/tokens", "POST /v1/tokens", "DELETE /v1/tokens/{name}", "GET /v1/apps", "GET /v1/images", "GET /v1/stacks", "GET /v1/buildpacks",
            // These look at the image that is named.
            "GET /v1/images/export", "GET /v1/images/diff",
            // These look at who asks.
            "POST /v1/ssh-keys", "POST /v1/ssh-sessions",
            "GET /", "GET /fragments/apps",
        ],
        [AccessAction.See] =
        [
            "GET /v1/apps/{app}", "GET /v1/apps/{app}/formation", "GET /v1/apps/{app}/instances", "GET /v1/apps/{app}/releases", "GET /v1/apps/{app}/deployments",
            "GET /v1/apps/{app}/builds", "GET /v1/apps/{app}/builds/{number:int}/output", "GET /v1/apps/{app}/builder", "GET /v1/apps/{app}/cron", "GET /v1/apps/{app}/logs",
            "GET /v1/apps/{app}/images", "GET /v1/apps/{app}/images/{**reference}", "GET /v1/apps/{app}/registry", "GET /v1/apps/{app}/access",
            "GET /v1/apps/{app}/buildpacks", "GET /v1/apps/{app}/builds/{number:int}/explanation",
            "GET /v1/apps/{app}/builds/{number:int}/sbom", "GET /v1/apps/{app}/builds/{number:int}/sbom/{**path}",
            "GET /v1/apps/{app}/git", "GET /v1/apps/{app}/builds/{number:int}/changes",
            "POST /{app}.git/git-upload-pack",
            "GET /apps/{app}", "GET /apps/{app}/activity", "GET /apps/{app}/builds/{number:int}", "GET /apps/{app}/logs", "GET /apps/{app}/settings",
            "GET /fragments/apps/{app}/status", "GET /fragments/apps/{app}/instances", "GET /fragments/apps/{app}/deployments", "GET /fragments/apps/{app}/builds",
            "GET /fragments/apps/{app}/builds/{number:int}/status", "GET /fragments/apps/{app}/first-push", "GET /fragments/apps/{app}/formation",
            "GET /fragments/apps/{app}/failure", "GET /fragments/apps/{app}/releases",
        ],
        [AccessAction.Deploy] =
        [
            "GET /v1/apps/{app}/config", "PATCH /v1/apps/{app}/config", "PATCH /v1/apps/{app}/formation", "POST /v1/apps/{app}/restart", "POST /v1/apps/{app}/rollback",
            "POST /v1/apps/{app}/builds", "POST /v1/apps/{app}/rebuild", "POST /v1/apps/{app}/builds/{number:int}/cancel", "PUT /v1/apps/{app}/builder", "PUT /v1/apps/{app}/buildpacks", "GET /v1/apps/{app}/run",
            "GET /v1/apps/{app}/instances/{name}/exec", "PUT /v1/apps/{app}/registry", "POST /v1/apps/{app}/image", "POST /v1/apps/{app}/rebase", "PATCH /v1/apps/{app}/git", "POST /v1/apps/{app}/archive",
            "POST /v1/apps/{app}/git/builds", "POST /v1/apps/{app}/git/sync", "GET /v1/apps/{app}/git/key", "POST /v1/apps/{app}/git/key",
            "POST /{app}.git/git-receive-pack",
            "GET /apps/{app}/config", "GET /fragments/apps/{app}/config", "POST /apps/{app}/scale", "POST /apps/{app}/restart", "POST /apps/{app}/config", "POST /apps/{app}/rollback",
        ],
        [AccessAction.Administer] =
        [
            "DELETE /v1/apps/{app}", "PUT /v1/apps/{app}/access/{user}", "DELETE /v1/apps/{app}/access/{user}",
            "POST /apps/{app}/destroy",
        ],
        // It gives an image a name that every app's builds know.
        [AccessAction.Operate] = ["POST /v1/apps/{app}/instances/{name}/commit"],
        [AccessAction.CreateApp] = ["POST /v1/apps", "POST /apps"],
    };

    private static readonly Dictionary<string, AccessAction> ByEndpoint =
        Table.SelectMany(row => row.Value.Select(endpoint => (endpoint, row.Key))).ToDictionary(pair => pair.endpoint, pair => pair.Key, StringComparer.Ordinal);

    /// <summary>The endpoints of the table: <c>METHOD pattern</c>.</summary>
    public static IReadOnlyCollection<string> Endpoints => ByEndpoint.Keys;

    /// <summary>What a request is for, and with which app.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pattern">Its endpoint's pattern.</param>
    public static (AccessAction Action, string? App) Of(HttpRequest request, string pattern)
    {
        var app = request.RouteValues.TryGetValue("app", out var value) ? value as string : null;
        var method = HttpMethods.IsHead(request.Method) ? HttpMethods.Get : request.Method;
        if (ByEndpoint.TryGetValue($"{method} {pattern}", out var action)) return (action, app);
        return pattern switch
        {
            // What is advertised is what is asked for next.
            "/{app}.git/info/refs" => (ForGit(request.Query["service"].ToString()), app),
            "/v1/apps/{app}/git/{service}" => (ForGit(request.RouteValues["service"] as string), app),
            _ => (app is null ? AccessAction.Operate : AccessAction.Administer, app),
        };
    }

    /// <summary>True for the dashboard, where a refusal is a page.</summary>
    public static bool IsPage(HttpRequest request) => !request.Path.StartsWithSegments("/v1") && !Errors.Problem.IsGit(request);

    private static AccessAction ForGit(string? service) => service == "git-receive-pack" ? AccessAction.Deploy : AccessAction.See;
}
