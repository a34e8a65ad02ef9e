using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Paas.Contracts.Api;
using Paas.ControlPlane.Access;
using Paas.ControlPlane.Git;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane;

/// <summary>Puts the control plane together.</summary>
public static class ControlPlaneServices
{
    /// <summary>
    /// Registers <see cref="Platform"/> (also as <see cref="IPlatform"/>), <see cref="TokenStore"/>, <see cref="GitRepositories"/>, and the
    /// hosted service that opens the store, adopts what runs, and reconciles until the host stops. Containers go on running then.
    /// </summary>
    public static IServiceCollection AddControlPlane(this IServiceCollection services, ControlPlaneOptions options)
    {
        options.Validate();
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Database>(provider => new Database(options.DatabasePath));
        services.AddSingleton<TokenStore>();
        services.AddSingleton<GitRepositories>();
        services.AddSingleton<Platform>();
        services.AddSingleton<IPlatform>(provider => provider.GetRequiredService<Platform>());
        return services;
    }
}
