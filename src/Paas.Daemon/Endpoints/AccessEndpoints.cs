using Microsoft.AspNetCore.Mvc;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access;
using Paas.Daemon.Authentication;

namespace Paas.Daemon.Endpoints;

/// <summary>Who the caller is, tokens, people, and who may do what with an app.</summary>
internal static class AccessEndpoints
{
    public static void MapAccess(this IEndpointRouteBuilder api)
    {
        api.MapGet("/whoami", (HttpContext context) => TypedResults.Json(Describe(Caller.Subject(context)), ApiJsonContext.Default.IdentityDocument));
        MapTokens(api);
        MapUsers(api);

        api.MapGet("/apps/{app}/access", (string app, [FromServices] AccessStore access) =>
            TypedResults.Json(access.Of(app), ApiJsonContext.Default.IReadOnlyListAccessDocument));

        api.MapPut("/apps/{app}/access/{user}", async (string app, string user, HttpContext context, [FromServices] AccessStore access) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.AccessRequest);
            return TypedResults.Json(access.Give(app, user, request.Role), ApiJsonContext.Default.AccessDocument);
        });

        api.MapDelete("/apps/{app}/access/{user}", (string app, string user, [FromServices] AccessStore access) =>
        {
            access.Take(app, user);
            return TypedResults.NoContent();
        });
    }

    private static void MapTokens(IEndpointRouteBuilder api)
    {
        api.MapGet("/tokens", (HttpContext context, [FromServices] AccessDesk desk) =>
            TypedResults.Json(desk.ListTokens(Caller.Subject(context)), ApiJsonContext.Default.IReadOnlyListTokenInfoDocument));

        api.MapPost("/tokens", async (HttpContext context, [FromServices] AccessDesk desk) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.CreateTokenRequest);
            if (string.IsNullOrWhiteSpace(request.Name)) throw new PaasException(ErrorCode.InvalidRequest, "name is missing: say what the token is for");
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Json(
                desk.CreateToken(Caller.Subject(context), request), ApiJsonContext.Default.TokenDocument, statusCode: StatusCodes.Status201Created);
        });

        api.MapDelete("/tokens/{name}", (string name, HttpContext context, [FromServices] AccessDesk desk) =>
        {
            desk.RemoveToken(Caller.Subject(context), name);
            return TypedResults.NoContent();
        });
    }

    private static void MapUsers(IEndpointRouteBuilder api)
    {
        api.MapGet("/users", ([FromServices] AccessStore access) => TypedResults.Json(access.Users(), ApiJsonContext.Default.IReadOnlyListUserDocument));

        api.MapPut("/users/{user}", async (string user, HttpContext context, [FromServices] AccessStore access) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.UserRequest);
            return TypedResults.Json(access.SetUser(user, request.Admin), ApiJsonContext.Default.UserDocument);
        });

        api.MapDelete("/users/{user}", (string user, [FromServices] AccessStore access) =>
        {
            access.RemoveUser(user);
            return TypedResults.NoContent();
        });
    }

    // Root needs no more words than its name.
    private static IdentityDocument Describe(Subject subject) => subject == Subject.Root
        ? new IdentityDocument(subject.Name)
        : new IdentityDocument(subject.Name, subject.User, subject.Scope, subject.App);
}
