using System.Globalization;
using Paas.ControlPlane.Registry;
using Paas.Oci;
using Paas.Oci.Distribution;
using Paas.Oci.Images;

namespace Paas.Daemon.Registry;

/// <summary>Lists: tags, repositories, referrers (distribution-spec, "Content Discovery").</summary>
internal static class ListEndpoints
{
    public static Task TagsAsync(RegistryCall call, string repository)
    {
        var (count, last) = PageOf(call.Context);
        var (tags, more) = call.Registry.Tags(repository, count, last);
        if (more) LinkNext(call.Context, $"/v2/{repository}/tags/list", count, tags);
        return RegistryAnswer.WriteJsonAsync(call.Context, DistributionDocuments.Tags(repository, tags));
    }

    public static Task CatalogAsync(RegistryCall call, RegistryCaller caller)
    {
        var (count, last) = PageOf(call.Context);
        var (repositories, more) = call.Registry.Repositories(count, last, caller.MaySee);
        if (more) LinkNext(call.Context, "/v2/_catalog", count, repositories);
        return RegistryAnswer.WriteJsonAsync(call.Context, DistributionDocuments.Catalog(repositories));
    }

    public static async Task ReferrersAsync(RegistryCall call, string repository, Digest subject)
    {
        var type = call.Context.Request.Query["artifactType"].ToString() is { Length: > 0 } wanted ? wanted : null;
        var referrers = await call.Registry.ReferrersAsync(repository, subject, type, call.Context.RequestAborted);
        if (type is not null) call.Context.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        await RegistryAnswer.WriteAsync(call.Context, MediaTypes.Index, DistributionDocuments.Referrers(referrers));
    }

    private static (int? Count, string? Last) PageOf(HttpContext context)
    {
        var (n, last) = (context.Request.Query["n"].ToString(), context.Request.Query["last"].ToString());
        var after = last.Length > 0 ? last : null;
        if (n.Length == 0) return (null, after);
        return int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? (count, after)
            : throw new RegistryRefusalException(RegistryErrorCode.Unsupported, $"n is a number, not '{n}'", StatusCodes.Status400BadRequest);
    }

    private static void LinkNext(HttpContext context, string path, int? count, IReadOnlyList<string> page)
    {
        if (page.Count == 0) return;
        context.Response.Headers.Link = string.Create(CultureInfo.InvariantCulture, $"<{path}?n={count}&last={Uri.EscapeDataString(page[^1])}>; rel=\"next\"");
    }
}
