using Paas.ControlPlane.Registry;
using Paas.Oci;
using Paas.Oci.Distribution;

namespace Paas.Daemon.Registry;

/// <summary>A request and the registry it is for.</summary>
internal sealed record RegistryCall(HttpContext Context, ImageRegistry Registry);

/// <summary>The registry: <c>/v2/</c> as the OCI distribution-spec 1.1 has it, and Docker's token server for it.</summary>
internal static class RegistryEndpoints
{
    private const string Root = "/v2/";

    public static void MapRegistry(this IEndpointRouteBuilder site)
    {
        // Who asks is found out here: the answers are not the API's.
        site.Map("/v2/{**rest}", AnswerAsync).AllowAnonymous();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers["Docker-Distribution-API-Version"] = "registry/2.0";
        var path = context.Request.Path.Value ?? "";
        try
        {
            if (RegistryRoute.Parse(path.Length > Root.Length ? path[Root.Length..] : "") is not { } route)
                throw new RegistryRefusalException(RegistryErrorCode.NameUnknown, $"the registry has no {path}");
            if (route.Resource == RegistryResource.Token) await RegistryLogin.AnswerAsync(context);
            else await AnswerAsync(new RegistryCall(context, context.RequestServices.GetRequiredService<ImageRegistry>()), route);
        }
        catch (RegistryRefusalException refusal) when (!context.Response.HasStarted)
        {
            await RegistryAnswer.RefuseAsync(context, refusal);
        }
    }

    private static async Task AnswerAsync(RegistryCall call, RegistryRoute route)
    {
        var context = call.Context;
        var action = ActionOf(route, context.Request.Method);
        var scope = ScopeOf(route, action);
        if (await RegistryCaller.IdentifyAsync(context, context.RequestServices.GetRequiredService<RegistryTokens>()) is not { } caller)
        {
            await RegistryAnswer.ChallengeAsync(
                context, scope, "not logged in: docker login with any user name, and with a token of the platform as password (paas login:token)");
            return;
        }

        if (route.Repository.Length > 0)
        {
            if (!caller.Can(route.Repository, action))
                throw new RegistryRefusalException(RegistryErrorCode.Denied, $"{caller.Subject.User} may not {action} {route.Repository}: paas access:add gives the right to");
            // A registry token is good for what it was got for; its holder asks for another.
            if (!caller.Holds(route.Repository, action))
            {
                await RegistryAnswer.ChallengeAsync(context, scope, $"the token was not got for {scope}");
                return;
            }

            call.Registry.Require(route.Repository);
        }

        await DispatchAsync(call, caller, route);
    }

    private static Task DispatchAsync(RegistryCall call, RegistryCaller caller, RegistryRoute route)
    {
        var method = call.Context.Request.Method;
        return (route.Resource, method) switch
        {
            (RegistryResource.Base, "GET" or "HEAD") => RegistryAnswer.WriteJsonAsync(call.Context, "{}"u8.ToArray()),
            (RegistryResource.Catalog, "GET") => ListEndpoints.CatalogAsync(call, caller),
            (RegistryResource.Tags, "GET") => ListEndpoints.TagsAsync(call, route.Repository),
            (RegistryResource.Referrers, "GET") => ListEndpoints.ReferrersAsync(call, route.Repository, DigestOf(route.Item)),
            (RegistryResource.Blob, "HEAD") => BlobEndpoints.HeadAsync(call, route.Repository, DigestOf(route.Item)),
            (RegistryResource.Blob, "GET") => BlobEndpoints.GetAsync(call, route.Repository, DigestOf(route.Item)),
            (RegistryResource.Blob, "DELETE") => BlobEndpoints.DeleteAsync(call, route.Repository, DigestOf(route.Item)),
            (RegistryResource.Uploads, "POST") => UploadEndpoints.StartAsync(call, caller, route.Repository),
            (RegistryResource.Upload, "GET") => UploadEndpoints.StateAsync(call, route),
            (RegistryResource.Upload, "PATCH") => UploadEndpoints.AppendAsync(call, route),
            (RegistryResource.Upload, "PUT") => UploadEndpoints.CompleteAsync(call, route),
            (RegistryResource.Upload, "DELETE") => UploadEndpoints.CancelAsync(call, route),
            (RegistryResource.Manifest, "GET" or "HEAD") => ManifestEndpoints.GetAsync(call, route),
            (RegistryResource.Manifest, "PUT") => ManifestEndpoints.PutAsync(call, route),
            (RegistryResource.Manifest, "DELETE") => ManifestEndpoints.DeleteAsync(call, route),
            _ => throw new RegistryRefusalException(RegistryErrorCode.Unsupported, $"{call.Context.Request.Path} does not answer to {method}"),
        };
    }

    private static string ActionOf(RegistryRoute route, string method) => (route.Resource, method) switch
    {
        (RegistryResource.Upload or RegistryResource.Uploads, _) => RegistryAccess.Push,
        (_, "GET" or "HEAD") => RegistryAccess.Pull,
        (_, "DELETE") => RegistryAccess.Delete,
        _ => RegistryAccess.Push,
    };

    // Who pushes looks first whether it has to.
    private static string? ScopeOf(RegistryRoute route, string action) => route switch
    {
        { Resource: RegistryResource.Catalog } => "registry:catalog:*",
        { Repository.Length: > 0 } => $"repository:{route.Repository}:{(action == RegistryAccess.Push ? "pull,push" : action)}",
        _ => null,
    };

    private static Digest DigestOf(string text) => Digest.TryParse(text, out var digest)
        ? digest
        : throw new RegistryRefusalException(RegistryErrorCode.DigestInvalid, $"'{text}' is no digest like sha256:<64 hex digits>");
}
