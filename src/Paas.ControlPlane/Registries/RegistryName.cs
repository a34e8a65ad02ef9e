using Paas.Contracts.Errors;
using Paas.Oci;

namespace Paas.ControlPlane.Registries;

/// <summary>The name of a registry: host, with a port where there is one.</summary>
internal static class RegistryName
{
    /// <summary>What a person wrote, as references have it: no scheme, no path, Docker Hub by its one name. InvalidRequest for what is none.</summary>
    public static string Normalize(string text)
    {
        var name = text.Trim();
        foreach (var scheme in (string[])["https://", "http://"])
        {
            if (name.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) name = name[scheme.Length..];
        }

        // Docker's own configuration has the hub as https://index.docker.io/v1/.
        name = name.TrimEnd('/');
        if (name.EndsWith("/v1", StringComparison.Ordinal) || name.EndsWith("/v2", StringComparison.Ordinal)) name = name[..^3];
        name = name.ToLowerInvariant();
        if (name is "index.docker.io" or "registry-1.docker.io" or "hub.docker.com") return Reference.DefaultDomain;
        if (Reference.TryParse($"{name}/x", out var reference) && reference.Domain == name) return name;
        throw new PaasException(ErrorCode.InvalidRequest, $"'{text}' is not a registry", "It is a host like ghcr.io or registry.example.com:5000; Docker Hub is docker.io.");
    }
}
