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
            return () => content.References().Values.SelectMany(named => OriginIndex.Of(named) is { } index
                ? new[] { new ContentRoot(named.Digest, Unpacked: true), new ContentRoot(index) }
                : [new ContentRoot(named.Digest, Unpacked: true)]);
        });
        // What Dockerfiles' builds need not do again.
        services.AddSingleton<ContentOwner>(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return () => DockerfileCache.Layers(options.CacheDirectory, StepsKept(options, time.GetUtcNow())).Select(layer => new ContentRoot(layer));
        });
        services.AddSingleton<ImageSweep>().AddSingleton<ImageCleanup>();
    }

    /// <summary>How many of Dockerfiles' steps are kept at that time.</summary>
    internal static StepCacheBounds StepsKept(ControlPlaneOptions options, DateTimeOffset now) => new(now - options.BuildCacheLifetime, options.MaxStepCacheBytes);
}
