using Microsoft.Extensions.DependencyInjection;
using Paas.Build.Dockerfiles.Building;
using Paas.ControlPlane.Registry;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Images.Cleaning;

namespace Paas.ControlPlane.Cleanup;

/// <summary>Puts the garbage collection together: who owns what.</summary>
internal static class CleanupServices
{
    internal static void AddCleanup(this IServiceCollection services, ControlPlaneOptions options)
    {
        services.AddSingleton<ContentOwner>(provider =>
        {
            var releases = provider.GetRequiredService<ReleaseStore>();
            return () => releases.KeptImages(options.ReleaseRetention).Select(image => new ContentRoot(image, Unpacked: true));
        });
        services.AddSingleton<ContentOwner>(provider =>
        {
            var registry = provider.GetRequiredService<RegistryStore>();
            return () => registry.Owned().Select(digest => new ContentRoot(digest));
        });
        services.AddSingleton<ContentOwner>(provider =>
        {
            // Base images: stacks, and what was pulled.
            var content = provider.GetRequiredService<ContentStore>();
            return () => content.References().Values.Select(named => new ContentRoot(named.Digest, Unpacked: true));
        });
        // What Dockerfiles' builds need not do again.
        services.AddSingleton<ContentOwner>(_ => () => DockerfileCache.Layers(options.CacheDirectory).Select(layer => new ContentRoot(layer)));
        services.AddSingleton<ImageSweep>().AddSingleton<ImageCleanup>();
    }
}
