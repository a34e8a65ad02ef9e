namespace Paas.Daemon.Registry;

/// <summary>What a path under <c>/v2/</c> is about (distribution-spec, "Endpoints").</summary>
internal enum RegistryResource
{
    /// <summary><c>/v2/</c>: whether there is a registry.</summary>
    Base,

    /// <summary><c>/v2/_catalog</c>: Docker's list of repositories.</summary>
    Catalog,

    /// <summary><c>/v2/token</c>: a token for a password.</summary>
    Token,

    /// <summary><c>/v2/NAME/blobs/DIGEST</c>.</summary>
    Blob,

    /// <summary><c>/v2/NAME/blobs/uploads/</c>.</summary>
    Uploads,

    /// <summary><c>/v2/NAME/blobs/uploads/ID</c>.</summary>
    Upload,

    /// <summary><c>/v2/NAME/manifests/REFERENCE</c>.</summary>
    Manifest,

    /// <summary><c>/v2/NAME/tags/list</c>.</summary>
    Tags,

    /// <summary><c>/v2/NAME/referrers/DIGEST</c>.</summary>
    Referrers,
}

/// <summary>A path under <c>/v2/</c>, read from its end, because names of repositories have slashes themselves.</summary>
/// <param name="Resource">What it is about.</param>
/// <param name="Repository">The name, not checked; empty where there is none.</param>
/// <param name="Item">Digest, reference or id, not checked.</param>
internal sealed record RegistryRoute(RegistryResource Resource, string Repository = "", string Item = "")
{
    /// <summary>Null for a path that is nothing of the registry's.</summary>
    /// <param name="path">After <c>/v2/</c>.</param>
    public static RegistryRoute? Parse(string path) => path.Split('/') switch
    {
        [""] => new RegistryRoute(RegistryResource.Base),
        ["_catalog"] => new RegistryRoute(RegistryResource.Catalog),
        ["token"] => new RegistryRoute(RegistryResource.Token),
        [_, .., "tags", "list"] and [.. var name, _, _] => Of(RegistryResource.Tags, name),
        [_, .., "blobs", "uploads"] and [.. var name, _, _] => Of(RegistryResource.Uploads, name),
        [_, .., "blobs", "uploads", ""] and [.. var name, _, _, _] => Of(RegistryResource.Uploads, name),
        [_, .., "blobs", "uploads", var id] and [.. var name, _, _, _] => Of(RegistryResource.Upload, name, id),
        [_, .., "blobs", var digest] and [.. var name, _, _] => Of(RegistryResource.Blob, name, digest),
        [_, .., "manifests", var reference] and [.. var name, _, _] => Of(RegistryResource.Manifest, name, reference),
        [_, .., "referrers", var digest] and [.. var name, _, _] => Of(RegistryResource.Referrers, name, digest),
        _ => null,
    };

    private static RegistryRoute Of(RegistryResource resource, string[] name, string item = "") => new(resource, string.Join('/', name), item);
}
