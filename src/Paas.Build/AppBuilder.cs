using System.Globalization;
using Paas.Build.Buildpacks;
using Paas.Build.Cache;
using Paas.Build.Dockerfiles;
using Paas.Build.Dockerfiles.Building;
using Paas.Build.Host;
using Paas.Build.Lifecycle;
using Paas.Build.Procfiles;
using Paas.Build.Sources;
using Paas.Build.Timing;
using Paas.Images;
using Paas.Node;

namespace Paas.Build;

/// <summary>
/// Source → image, by Cloud Native Buildpacks (Buildpack API 0.10): detect, restore, build, export. Every buildpack's detect and
/// build is a container of its own; this process only reads what they leave behind. Builds of one app must not overlap: a lock in
/// the app's cache makes a second one wait. What no buildpack recognises and has a Dockerfile is built by that.
/// </summary>
/// <param name="options">Stack, buildpacks and limits.</param>
/// <param name="images">Where layers and images are.</param>
/// <param name="host">Runs the containers.</param>
/// <param name="time">For durations.</param>
/// <param name="pull">Fetches base images of Dockerfiles; null where only this host's can be used.</param>
public sealed class AppBuilder(BuildOptions options, ImageStore images, ContainerHost host, TimeProvider time, PullImage? pull = null)
{
    private const string ProcfileBuildpack = "paas/procfile";

    private readonly LauncherLayers _launcher = new(images.Content, options.LauncherPath);

    /// <summary>Builds an app.</summary>
    /// <param name="config">What to build.</param>
    /// <param name="output">Gets each line of output in the shape of a push, without a newline; called by one thread at a time.</param>
    /// <param name="ct">Cancelling kills the build's containers and leaves the cache of the build before usable.</param>
    /// <exception cref="BuildException">The app cannot be built.</exception>
    public async Task<BuildOutcome> BuildAsync(BuildConfig config, Action<string> output, CancellationToken ct)
    {
        var directories = new BuildDirectories(config.WorkDirectory);
        try
        {
            directories.Prepare(config.Env);
            return await BuildAsync(config, directories, new PushOutput(output), ct);
        }
        finally
        {
            directories.Remove();
        }
    }

    private async Task<BuildOutcome> BuildAsync(BuildConfig config, BuildDirectories directories, PushOutput output, CancellationToken ct)
    {
        var clock = new PhaseClock(time);
        output.Heading($"Building {config.App}");
        using var cache = await BuildCache.OpenAsync(Path.Combine(config.CacheDirectory, config.App), images.Content, ct);
        clock.Start("source");
        var source = await SourceTree.ExtractAsync(
            config.SourceTarPath, directories.Source, options.MaximumSourceBytes, BuildDirectories.Owner, ct);
        var procfile = source.ReadProcfile();
        output.Detail(string.Create(CultureInfo.InvariantCulture, $"{source.FileCount} files, {ByteSize.Text(source.Bytes)}"));
        var hasDockerfile = source.Tree.Kind(config.Dockerfile ?? DockerfileApp.FileName) is not null;
        if (config.Builder == BuilderKind.Dockerfile) return await BuildDockerfileAsync();

        var order = BuildpackOrder.Load(options.BuildpacksDirectory);
        var (buildImage, runImage) = (await StackImageAsync(options.BuildImage, ct), await StackImageAsync(options.RunImage, ct));
        clock.Start("stack");
        await UnpackAsync(buildImage, output, ct);
        clock.Start("detect");
        var sandbox = new BuildSandbox(options, host, buildImage, options.Egress ?? HostEgressProbe.ThisHost(), config);
        var members = await DetectAsync(new DetectPhase(sandbox, directories, options), order, hasDockerfile && config.Builder == BuilderKind.Automatic, ct);
        if (members is null) return await BuildDockerfileAsync();
        // What only provides for others does not say what the app is.
        var kind = members.FirstOrDefault(member => member.Plan.Provides.Count == 0) ?? members[0];
        output.Heading($"{kind.Buildpack.Name} app detected");
        output.Detail($"Buildpacks: {string.Join(", ", members.Select(member => member.Buildpack))}");

        clock.Start("restore");
        cache.Restore([.. members.Select(member => member.Buildpack)], BuildDirectories.Owner);

        clock.Start("build");
        var built = await new BuildPhase(sandbox, directories, cache.LayersDirectory, options, output).RunAsync(members, ct);
        ReportProcesses(output, procfile, built);

        clock.Start("export");
        output.Heading("Exporting image");
        var exported = await new ExportPhase(images, runImage, cache, options, _launcher, directories.Scratch, output).RunAsync(members, built, source, ct);
        cache.Save(exported.Cache);
        return exported.Outcome with { Times = new BuildTimes(clock.Stop(), sandbox.Busy.Total) };

        async Task<BuildOutcome> BuildDockerfileAsync()
        {
            clock.Start("dockerfile");
            var builder = new DockerfileBuilder(options, images, host, time, pull);
            var outcome = await new DockerfileApp(builder, directories, output).BuildAsync(config, source, procfile, ct);
            return outcome with { Times = new BuildTimes(clock.Stop(), null) };
        }
    }

    /// <summary>The buildpacks that build the app; null where its Dockerfile does.</summary>
    private static async Task<IReadOnlyList<ResolvedMember>?> DetectAsync(DetectPhase phase, BuildpackOrder order, bool hasDockerfile, CancellationToken ct)
    {
        try
        {
            var members = await phase.RunAsync(order, ct);
            // A Procfile says what an image runs, and not how it is made.
            return hasDockerfile && members.All(member => member.Buildpack.Id == ProcfileBuildpack) ? null : members;
        }
        catch (BuildException) when (hasDockerfile)
        {
            return null;
        }
    }

    private static void ReportProcesses(PushOutput output, Procfile? procfile, BuiltApp built)
    {
        var types = ProcessTypes.Combine(built.Launch).Select(entry => entry.Process.Type).ToList();
        if (types.Count == 0)
        {
            throw new BuildException(
                "the app has no process to run", "Add a Procfile with a line such as 'web: COMMAND' to the root of the source.");
        }

        output.Heading("Discovering process types");
        if (procfile is not null) output.Detail($"Procfile declares types -> {string.Join(", ", procfile.Processes.Keys)}");
        var defaults = types.Where(type => procfile?.Processes.ContainsKey(type) != true).ToList();
        if (defaults.Count > 0) output.Detail($"Default types for buildpack -> {string.Join(", ", defaults)}");
    }

    private async Task UnpackAsync(Image image, PushOutput output, CancellationToken ct)
    {
        if (images.Snapshotter.Contains(image.ChainId)) return;
        output.Detail($"Unpacking {options.BuildImage}, once after the stack has changed");
        await images.UnpackAsync(image, ct);
    }

    private async Task<Image> StackImageAsync(string reference, CancellationToken ct) =>
        await images.FindAsync(reference, ct)
        ?? throw new BuildException(
            $"the stack's image {reference} has not been built on this host", "Run ./install.sh again; it builds the stack.");
}
