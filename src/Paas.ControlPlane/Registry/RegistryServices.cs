using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Paas.ControlPlane.Access;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Images.Uploads;

namespace Paas.ControlPlane.Registry;

/// <summary>Puts the registry together.</summary>
public static class RegistryServices
{
    /// <summary>Registers <see cref="ImageRegistry"/> and <see cref="RegistryTokens"/> upon the database and the content store.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services, ControlPlaneOptions options)
    {
        services.TryAddSingleton<AppStore>();
        services.TryAddSingleton<ReleaseStore>();
        services.TryAddSingleton<SettingStore>();
        services.TryAddSingleton(_ => new ContentStore(options.ImagesDirectory));
        services.AddSingleton<RegistryStore>().AddSingleton<ReleaseImages>().AddSingleton<ImageCatalog>().AddSingleton<UploadStore>();
        services.AddSingleton(_ => DiskReserve.Of(options.DataDirectory, options.DiskReserveBytes));
        services.AddSingleton(provider => new ImageRegistry(
            provider.GetRequiredService<RegistryStore>(),
            provider.GetRequiredService<AppStore>(),
            provider.GetRequiredService<ReleaseImages>(),
            provider.GetRequiredService<ContentStore>(),
            provider.GetRequiredService<UploadStore>(),
            provider.GetRequiredService<DiskReserve>()));
        services.AddSingleton(provider => new RegistryTokens(
            provider.GetRequiredService<SettingStore>(), provider.GetRequiredService<TokenStore>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RegistryAccess>();
        return services;
    }
}
