using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Images.Remote;

namespace Paas.ControlPlane.Registries;

/// <summary>Logs in to registries and out of them.</summary>
internal sealed class RegistryDesk(RegistryLogins logins, RegistryClient client, TimeProvider time) : IRegistries
{
    private const int LongestPassword = 16 * 1024;

    /// <inheritdoc/>
    public Task<IReadOnlyList<RegistryDocument>> ListRegistriesAsync(CancellationToken ct) => Task.FromResult(logins.List());

    /// <inheritdoc/>
    public async Task<RegistryDocument> LogInToRegistryAsync(string registry, RegistryLoginRequest request, CancellationToken ct)
    {
        var name = RegistryName.Normalize(registry);
        if (string.IsNullOrEmpty(request.UserName) || request.UserName.Contains(':', StringComparison.Ordinal) || request.UserName.Any(char.IsControl))
            throw new PaasException(ErrorCode.InvalidRequest, "a user's name is not empty and has no colon");
        if (string.IsNullOrEmpty(request.Password) || request.Password.Length > LongestPassword)
            throw new PaasException(ErrorCode.InvalidRequest, $"a password has from 1 to {LongestPassword} characters");
        var credential = new RegistryCredential(request.UserName, request.Password);
        try
        {
            await client.CheckLoginAsync(name, credential, ct);
        }
        catch (RegistryException error) when (error.Failure is RegistryFailure.Unauthenticated or RegistryFailure.Denied)
        {
            throw new PaasException(ErrorCode.InvalidRequest, error.Message, "Check user and password; many registries want an access token in the password's place.", error);
        }
        catch (RegistryException error)
        {
            throw RegistryProblem.Of(error, name);
        }

        return logins.Set(name, credential, time.GetUtcNow());
    }

    /// <inheritdoc/>
    public Task LogOutOfRegistryAsync(string registry, CancellationToken ct)
    {
        var name = RegistryName.Normalize(registry);
        return logins.Remove(name) ? Task.CompletedTask : throw new PaasException(ErrorCode.NotFound, $"there is no login at {name}", "Those there are: paas registry:list");
    }
}
