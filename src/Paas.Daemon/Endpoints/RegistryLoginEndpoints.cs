using Microsoft.AspNetCore.Mvc;
using Paas.Contracts.Api;

namespace Paas.Daemon.Endpoints;

/// <summary>Logins at image registries.</summary>
internal static class RegistryLoginEndpoints
{
    public static void MapRegistryLogins(this IEndpointRouteBuilder api)
    {
        api.MapGet("/registries", async ([FromServices] IRegistries registries, CancellationToken ct) =>
            TypedResults.Json(await registries.ListRegistriesAsync(ct), ApiJsonContext.Default.IReadOnlyListRegistryDocument));

        api.MapPut("/registries/{registry}", async (string registry, HttpContext context, [FromServices] IRegistries registries, CancellationToken ct) =>
        {
            var request = await RequestBody.ReadAsync(context, ApiJsonContext.Default.RegistryLoginRequest);
            return TypedResults.Json(await registries.LogInToRegistryAsync(registry, request, ct), ApiJsonContext.Default.RegistryDocument);
        });

        api.MapDelete("/registries/{registry}", async (string registry, [FromServices] IRegistries registries, CancellationToken ct) =>
        {
            await registries.LogOutOfRegistryAsync(registry, ct);
            return TypedResults.NoContent();
        });
    }
}
