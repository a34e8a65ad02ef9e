using Paas.Oci.Distribution;

namespace Paas.ControlPlane.Registry;

/// <summary>The registry refuses, in the words of the distribution-spec, because its clients show nothing else.</summary>
/// <param name="code">The kind.</param>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="status">The HTTP status, where it is not the code's usual one.</param>
public sealed class RegistryRefusalException(RegistryErrorCode code, string message, int? status = null) : Exception(message)
{
    public RegistryErrorCode Code { get; } = code;

    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status ?? code switch
    {
        RegistryErrorCode.Unauthorized => 401,
        RegistryErrorCode.Denied => 403,
        RegistryErrorCode.Unsupported => 405,
        RegistryErrorCode.TooManyRequests => 429,
        RegistryErrorCode.BlobUnknown or RegistryErrorCode.BlobUploadUnknown or RegistryErrorCode.ManifestUnknown or RegistryErrorCode.NameUnknown
            or RegistryErrorCode.ManifestBlobUnknown => 404,
        _ => 400,
    };
}
