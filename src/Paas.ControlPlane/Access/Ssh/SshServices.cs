using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Paas.Contracts.Api;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Access.Ssh;

/// <summary>Puts together who may log in over SSH.</summary>
public static class SshServices
{
    /// <summary>Registers <see cref="ISshKeys"/> and <see cref="SshSessions"/> upon the database.</summary>
    public static IServiceCollection AddSshKeys(this IServiceCollection services)
    {
        services.TryAddSingleton<SettingStore>();
        services.AddSingleton<SshKeyStore>();
        services.AddSingleton<ISshKeys, SshKeyDesk>();
        services.AddSingleton(provider => new SshSessions(
            provider.GetRequiredService<SettingStore>(), provider.GetRequiredService<SshKeyStore>(),
            provider.GetRequiredService<TokenStore>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
