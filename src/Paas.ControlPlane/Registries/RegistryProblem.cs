using Paas.Contracts.Errors;
using Paas.Images.Remote;
using Paas.Oci;

namespace Paas.ControlPlane.Registries;

/// <summary>What a registry's failure means for the person who asked, and what to do next.</summary>
public static class RegistryProblem
{
    /// <param name="error">What happened.</param>
    /// <param name="registry">At which registry.</param>
    public static PaasException Of(RegistryException error, string registry) => error.Failure switch
    {
        RegistryFailure.NotFound => new(ErrorCode.NotFound, error.Message, "Check its name and tag.", error),
        RegistryFailure.Unauthenticated or RegistryFailure.Denied => new(
            ErrorCode.Forbidden, error.Message, $"Check its name, and log in with a user who may: paas registry:login {registry} -u USER", error),
        RegistryFailure.RateLimited => new(ErrorCode.Unavailable, error.Message, $"Try again later, or log in for a higher limit: paas registry:login {registry} -u USER", error),
        RegistryFailure.TooLarge => new(ErrorCode.TooLarge, error.Message, null, error),
        RegistryFailure.Unavailable => new(ErrorCode.Unavailable, error.Message, "Try again later.", error),
        RegistryFailure.NotSecure => new(
            ErrorCode.Unavailable, error.Message, $"If it has no better to offer, the server's administrator may have it spoken to all the same: paasd --insecure-registries {registry}", error),
        _ => new(ErrorCode.Unavailable, error.Message, null, error),
    };

    /// <inheritdoc cref="Of(RegistryException, string)"/>
    public static PaasException Of(RegistryException error, Reference reference) => Of(error, reference.Normalize().Domain!);
}
