using Microsoft.AspNetCore.Mvc;
using Paas.Build.Choosing;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access;
using Paas.Daemon.Authentication;

namespace Paas.Daemon.Endpoints;

/// <summary>Which buildpacks build an app, and why.</summary>
internal static class BuildpackEndpoints
{
    public static void MapBuildpacks(this IEndpointRouteBuilder api)
    {
        api.MapGet("/buildpacks", async ([FromServices] IBuildpacks buildpacks, CancellationToken ct) =>
            TypedResults.Json(await buildpacks.ListInstalledBuildpacksAsync(ct), ApiJsonContext.Default.IReadOnlyListInstalledBuildpackDocument));

        api.MapGet("/apps/{app}/buildpacks", async (string app, [FromServices] IBuildpacks buildpacks, CancellationToken ct) =>
            TypedResults.Json(await buildpacks.GetBuildpacksAsync(app, ct), ApiJsonContext.Default.BuildpacksDocument));

        api.MapPut("/apps/{app}/buildpacks", async (string app, HttpContext context, [FromServices] IBuildpacks buildpacks, [FromServices] AccessRules rules, CancellationToken ct) =>
        {
            var wanted = await RequestBody.ReadAsync(context, ApiJsonContext.Default.BuildpacksDocument);
            if (wanted.Buildpacks is null || wanted.Buildpacks.Contains(null!)) throw new PaasException(ErrorCode.InvalidRequest, "buildpacks is missing: a list of ids and addresses, which may be empty");
            var present = (await buildpacks.GetBuildpacksAsync(app, ct)).Buildpacks;
            RequireMayName(wanted.Buildpacks.Except(present), rules, context);
            return TypedResults.Json(await buildpacks.SetBuildpacksAsync(app, wanted, ct), ApiJsonContext.Default.BuildpacksDocument);
        });

        api.MapGet("/apps/{app}/builds/{number:int}/explanation", async (string app, int number, [FromServices] IBuildpacks buildpacks, CancellationToken ct) =>
            TypedResults.Json(await buildpacks.ExplainBuildAsync(app, number, ct), ApiJsonContext.Default.BuildExplanationDocument));

        api.MapGet("/apps/{app}/builds/{number:int}/sbom", async (string app, int number, [FromServices] IBuildpacks buildpacks, CancellationToken ct) =>
            TypedResults.Json(await buildpacks.ListBillsAsync(app, number, ct), ApiJsonContext.Default.IReadOnlyListBillOfMaterialsDocument));

        api.MapGet("/apps/{app}/builds/{number:int}/sbom/{**path}", async (string app, int number, string path, HttpContext context, [FromServices] IBuildpacks buildpacks, CancellationToken ct) =>
        {
            var bill = (await buildpacks.ListBillsAsync(app, number, ct)).FirstOrDefault(one => one.Path == path);
            context.Response.ContentType = bill?.MediaType;
            await buildpacks.ReadBillAsync(app, number, path, context.Response.Body, ct);
        });
    }

    // A build reads it as root: who may only deploy an app must not get files of the server into its image.
    private static void RequireMayName(IEnumerable<string> added, AccessRules rules, HttpContext context)
    {
        if (added.FirstOrDefault(BuildpackSource.IsOnHost) is not { } path || rules.Can(Caller.Subject(context), AccessAction.Operate, null)) return;
        throw new PaasException(
            ErrorCode.Forbidden, $"{path} is on the server, which only its administrators name", "A directory of the source begins with ./; a buildpack from elsewhere is named by its address.");
    }
}
