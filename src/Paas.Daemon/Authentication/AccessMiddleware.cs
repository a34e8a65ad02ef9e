using Microsoft.AspNetCore.Authorization;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access;
using Paas.Web;

namespace Paas.Daemon.Authentication;

/// <summary>Asks for every request of somebody who is logged in whether they may. Endpoints that are for everyone, and the registry, which has answers of its own, are left alone.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, AccessRules rules)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint() as RouteEndpoint;
        if (endpoint is null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || context.User.Identity?.IsAuthenticated != true)
        {
            await next(context);
            return;
        }

        var subject = rules.SubjectOf(Caller.Name(context.User));
        context.Features.Set(subject);
        try
        {
            var (action, app) = EndpointActions.Of(context.Request, endpoint.RoutePattern.RawText ?? "");
            rules.Require(subject, action, app);
        }
        catch (PaasException refusal) when (EndpointActions.IsPage(context.Request))
        {
            await PaasWeb.RefuseAsync(context, refusal);
            return;
        }

        await next(context);
    }
}
