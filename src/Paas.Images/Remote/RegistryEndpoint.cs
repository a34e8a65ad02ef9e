namespace Paas.Images.Remote;

/// <summary>One server that may answer for a registry.</summary>
/// <param name="Registry">The name under which credentials are kept.</param>
/// <param name="Root">Its address, ending in a slash; <c>v2/</c> follows.</param>
/// <param name="IsLax">True where TLS need not be proven.</param>
/// <param name="IsMirror">True where it stands in for another one.</param>
internal sealed record RegistryEndpoint(string Registry, Uri Root, bool IsLax, bool IsMirror = false)
{
    public Uri Version => new(Root, "v2/");

    public Uri Manifest(string repository, string tagOrDigest) => new(Version, $"{repository}/manifests/{tagOrDigest}");

    public Uri Blob(string repository, string digest) => new(Version, $"{repository}/blobs/{digest}");

    public Uri Uploads(string repository, string query) => new(Version, $"{repository}/blobs/uploads/{query}");

    /// <summary>True when a request to this address may carry what is meant for this server.</summary>
    public bool IsSameOrigin(Uri address) => address.Scheme == Root.Scheme && address.Host == Root.Host && address.Port == Root.Port;

    public override string ToString() => Root.Authority;
}
