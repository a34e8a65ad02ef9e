using Paas.Contracts.Api;
using Paas.ControlPlane.Access.Logins;
using Paas.Images.Remote;

namespace Paas.ControlPlane.Registries;

/// <summary>The logins at image registries.</summary>
/// <param name="directory">The data directory.</param>
internal sealed class RegistryLogins(string directory)
{
    private readonly SealedLogins _logins = new(directory, "registries", "paas registry:login {0} -u {1}");

    /// <summary>Registries by name.</summary>
    public IReadOnlyList<RegistryDocument> List() => [.. _logins.List().Select(Document)];

    /// <summary>The login at a registry; null where there is none. Unavailable where the key is gone.</summary>
    public RegistryCredential? Find(string registry) => _logins.Find(registry) is { } login ? new RegistryCredential(login.UserName, login.Password) : null;

    /// <summary>Keeps a login in place of the registry's last one. Durable on return.</summary>
    public RegistryDocument Set(string registry, RegistryCredential credential, DateTimeOffset now) =>
        Document(_logins.Set(registry, new Login(credential.UserName, credential.Password), now));

    /// <summary>Forgets a login; false where there is none. Durable on return.</summary>
    public bool Remove(string registry) => _logins.Remove(registry);

    private static RegistryDocument Document(KnownLogin login) => new(login.Server, login.UserName, login.Since);
}
