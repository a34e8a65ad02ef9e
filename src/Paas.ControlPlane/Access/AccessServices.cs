using Microsoft.Extensions.DependencyInjection;

namespace Paas.ControlPlane.Access;

/// <summary>Puts together who may do what. Needs the database and the clock.</summary>
public static class AccessServices
{
    /// <summary>Registers <see cref="TokenStore"/>, <see cref="AccessStore"/>, <see cref="AccessRules"/> and <see cref="AccessDesk"/>.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services) =>
        services.AddSingleton<TokenStore>().AddSingleton<AccessStore>().AddSingleton<AccessRules>().AddSingleton<AccessDesk>();
}
