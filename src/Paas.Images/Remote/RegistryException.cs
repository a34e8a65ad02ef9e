namespace Paas.Images.Remote;

/// <summary>Why a registry did not do what it was asked.</summary>
public enum RegistryFailure
{
    /// <summary>It does not have the image, or says so.</summary>
    NotFound,

    /// <summary>It wants a login, or does not take the one it got.</summary>
    Unauthenticated,

    /// <summary>The login is good, but not for this.</summary>
    Denied,

    /// <summary>Too many requests, and waiting did not help.</summary>
    RateLimited,

    /// <summary>It cannot be reached, or fails, again and again.</summary>
    Unavailable,

    /// <summary>It speaks no TLS, or has a certificate nobody vouches for, and may not be spoken to without.</summary>
    NotSecure,

    /// <summary>Its answer is not what the specification says, or is not what it must be.</summary>
    Invalid,

    /// <summary>The image is larger than allowed, or than the room there is.</summary>
    TooLarge,
}

/// <summary>A registry that did not do what it was asked; the message is for the person who asked.</summary>
public sealed class RegistryException(RegistryFailure failure, string message, Exception? inner = null) : IOException(message, inner)
{
    public RegistryFailure Failure { get; } = failure;
}
