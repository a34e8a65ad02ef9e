using Paas.Oci;
using Paas.Oci.Distribution;

namespace Paas.ControlPlane.Registry;

/// <summary>Names of repositories: <c>APP</c> or <c>APP/anything</c>. The first component is the app whose it is.</summary>
internal static class RepositoryName
{
    internal static string AppOf(string repository) => repository.IndexOf('/') is var slash and >= 0 ? repository[..slash] : repository;

    /// <summary>True for the repository that the app's own images are in.</summary>
    internal static bool IsMain(string repository) => !repository.Contains('/');

    /// <summary>NAME_INVALID for what is no name.</summary>
    internal static void Check(string repository)
    {
        if (!Reference.IsPath(repository))
        {
            throw new RegistryRefusalException(
                RegistryErrorCode.NameInvalid,
                $"'{(repository.Length > 80 ? repository[..80] + "…" : repository)}' is not the name of a repository: lower-case letters, digits and . _ - in components of a path, at most 255 characters");
        }
    }
}
