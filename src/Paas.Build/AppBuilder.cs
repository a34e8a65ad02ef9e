using Paas.Images;
using Paas.Node;

namespace Paas.Build;

/// <summary>
/// Source → image, by Cloud Native Buildpacks (Buildpack API 0.10): detect, restore, build, export. Every buildpack's detect and
/// build is a container of its own; this process only reads what they leave behind. Builds of one app must not overlap: a lock in
/// the app's cache makes a second one wait.
/// </summary>
public sealed class AppBuilder
{
    public AppBuilder(BuildOptions options, ImageStore images, ContainerHost host, TimeProvider time)
    {
    }

    /// <summary>Builds an app.</summary>
    /// <param name="config">What to build.</param>
    /// <param name="output">Gets each line of output in the shape of a push, without a newline; called by one thread at a time.</param>
    /// <param name="ct">Cancelling kills the build's containers and leaves the cache of the build before usable.</param>
    /// <exception cref="BuildException">The app cannot be built.</exception>
    public Task<BuildOutcome> BuildAsync(BuildConfig config, Action<string> output, CancellationToken ct) =>
        throw new NotImplementedException();
}
