namespace Paas.Oci.Distribution;

/// <summary>Why a registry refuses (distribution-spec, "Error Codes"); the wire form is upper case with underscores.</summary>
public enum RegistryErrorCode
{
    /// <summary>The repository has no such blob.</summary>
    BlobUnknown,

    /// <summary>The upload cannot go on like this.</summary>
    BlobUploadInvalid,

    /// <summary>There is no such upload, or no longer.</summary>
    BlobUploadUnknown,

    /// <summary>The digest is none, or not that of the content.</summary>
    DigestInvalid,

    /// <summary>The manifest names a blob or manifest that the repository has not.</summary>
    ManifestBlobUnknown,

    /// <summary>The manifest is none.</summary>
    ManifestInvalid,

    /// <summary>The repository has no such manifest or tag.</summary>
    ManifestUnknown,

    /// <summary>The text is no name of a repository.</summary>
    NameInvalid,

    /// <summary>There is no such repository, and it cannot be made by pushing.</summary>
    NameUnknown,

    /// <summary>The content has another length than was said, or one that is too much.</summary>
    SizeInvalid,

    /// <summary>Nobody is logged in.</summary>
    Unauthorized,

    /// <summary>Who is logged in may not.</summary>
    Denied,

    /// <summary>The operation is not there.</summary>
    Unsupported,

    /// <summary>Too many requests.</summary>
    TooManyRequests,
}
