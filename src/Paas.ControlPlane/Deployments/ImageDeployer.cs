using Paas.Build;
using Paas.Build.Lifecycle;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.ControlPlane.Deployments;

/// <summary>
/// Releases an image as it is, whoever built it: its command is the process <c>web</c>, its exposed port is where visitors are sent. An
/// image made by buildpacks, another app's for example, brings its process types.
/// For <c>docker push</c> and for <c>paas git:from-image</c>.
/// </summary>
internal sealed class ImageDeployer(ControlPlaneOptions options, ImageStore images, AppStore apps, Deployer deployer, AppUrls urls)
{
    /// <summary>
    /// Makes a release of an image of the content store and returns when it is live. InvalidRequest for an image that cannot run here,
    /// DeploymentFailed where it does not become healthy.
    /// </summary>
    /// <param name="app">Whose release.</param>
    /// <param name="image">Of its manifest or index. The caller's lease keeps it until the release does.</param>
    /// <param name="reference">As people call it.</param>
    /// <param name="output">Lines in the shape of a push.</param>
    /// <param name="ct">A caller that goes away does not stop a deployment that has begun.</param>
    internal async Task<Release> DeployAsync(string app, Digest image, string reference, Action<string> output, CancellationToken ct)
    {
        apps.Get(app);
        output($"-----> Releasing {app} from {reference}");
        var loaded = await LoadAsync(image, reference, ct);
        var (processes, port) = (Processes(loaded, reference), loaded.Config.Config?.LowestTcpPort);
        output($"       Image {loaded.Digest.Abbreviated}, {ByteSize.Text(loaded.SizeBytes)}; {Describe(loaded, processes)}, port {port ?? options.Port}");
        var (release, deployment) = (await deployer.DeployAsync(
            app,
            () => new ReleaseDraft(app, ReleaseReason.Image, $"Deploy {reference}", loaded.Digest, apps.Config(app), processes, null, port),
            made => output($"-----> Deploying v{made.Version}"),
            progress => output(progress.Line),
            ct))!.Value;
        deployer.EnsureLive(app, release, deployment);
        output("=====> Application deployed:");
        foreach (var url in urls.Of(app)) output($"       {url}");
        return release;
    }

    private async Task<Image> LoadAsync(Digest image, string reference, CancellationToken ct)
    {
        try
        {
            var loaded = await images.LoadAsync(image, ct);
            var platform = Oci.Images.Platform.Current;
            if (loaded.Config.Os != platform.Os || loaded.Config.Architecture != platform.Architecture)
            {
                throw Unusable(
                    reference, $"it is for {loaded.Config.Os}/{loaded.Config.Architecture}, and this server is {platform.Os}/{platform.Architecture}",
                    $"Build it for this one: docker build --platform {platform.Os}/{platform.Architecture}");
            }

            // Before a release of it exists: layers that cannot be unpacked are no release.
            await images.UnpackAsync(loaded, ct);
            return loaded;
        }
        catch (Exception error) when (error is OciFormatException or ContentMismatchException or ContentNotFoundException or LayerFormatException or NotSupportedException)
        {
            throw Unusable(reference, error.Message, null, error);
        }
    }

    private static IReadOnlyDictionary<string, string> Processes(Image image, string reference)
    {
        if (BuiltProcesses.Of(image.Config) is { } built) return built;
        var config = image.Config.Config;
        if (config?.Entrypoint is not { Count: > 0 } && config?.Cmd is not { Count: > 0 })
            throw Unusable(reference, "it does not say what to run", "Give it a CMD or an ENTRYPOINT.");
        return new Dictionary<string, string> { [Formations.Web] = ProcessCommand.Of(config.Cmd ?? []) };
    }

    private static string Describe(Image image, IReadOnlyDictionary<string, string> processes) => ProcessCommand.IsOfImage(processes)
        ? $"web runs {string.Join(' ', (image.Config.Config?.Entrypoint ?? []).Concat(image.Config.Config?.Cmd ?? []))}"
        : $"process types {string.Join(", ", processes.Keys)}";

    private static PaasException Unusable(string reference, string why, string? hint, Exception? inner = null) =>
        new(ErrorCode.InvalidRequest, $"the image {reference} cannot be released: {why}", hint, inner);
}
