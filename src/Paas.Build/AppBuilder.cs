using System.Globalization;
using Paas.Build.Buildpacks;
using Paas.Build.Cache;
using Paas.Build.Choosing;
using Paas.Build.Dockerfiles;
using Paas.Build.Dockerfiles.Building;
using Paas.Build.Host;
using Paas.Build.Lifecycle;
using Paas.Build.Procfiles;
using Paas.Build.Sources;
using Paas.Build.Timing;
using Paas.Images;
using Paas.Images.Trees;
using Paas.Node;

namespace Paas.Build;

/// <summary>
/// Source → image, by Cloud Native Buildpacks (Buildpack API 0.7 to 0.12): detect, restore, build, export. Every buildpack's detect and
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
    private const int LongestReason = 100;

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
        catch (TreeTooDeepException error)
        {
            throw new BuildException($"what the build made cannot be put into an image: {error.Message}", inner: error);
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
            config.SourceTarPath, directories.Source, options.MaximumSourceBytes, BuildDirectories.Owner, ct, config.BuildDirectory);
        var procfile = source.ReadProcfile();
        output.Detail(string.Create(CultureInfo.InvariantCulture, $"{source.FileCount} files, {ByteSize.Text(source.Bytes)}{(config.BuildDirectory is { } part ? $", of {part}" : "")}"));
        var dockerfile = config.Dockerfile ?? DockerfileApp.FileName;
        if (config.Builder == BuilderKind.Dockerfile)
        {
            config.Explained?.Invoke(new DetectReport("builder:set", [], [], [], []) { Dockerfile = dockerfile });
            return await BuildDockerfileAsync();
        }

        var choice = await new BuildpackChooser(options, directories.Scratch).ChooseAsync(config, source, ct);
        if (choice.By is not null) output.Detail($"Buildpacks chosen by {choice.By}");
        directories.WriteEnvironment(choice.Env);
        var (buildImage, runImage) = (await StackImageAsync(options.BuildImage, ct), await StackImageAsync(options.RunImage, ct));
        clock.Start("stack");
        await UnpackAsync(buildImage, output, ct);
        clock.Start("detect");
        var sandbox = new BuildSandbox(options, host, buildImage, options.Egress ?? HostEgressProbe.ThisHost(), config with { Env = choice.Env });
        var detect = new DetectPhase(sandbox, directories, options);
        var mayHandOver = choice.By is null && config.Builder == BuilderKind.Automatic && source.Tree.Kind(dockerfile) is not null;
        var members = await DetectAsync(detect, choice, config, mayHandOver ? dockerfile : null, ct);
        if (members is null) return await BuildDockerfileAsync();
        Announce(detect, members, output);

        clock.Start("restore");
        cache.Restore([.. members.Select(member => member.Buildpack)], BuildDirectories.Owner);

        clock.Start("build");
        var built = await new BuildPhase(sandbox, directories, cache.LayersDirectory, options, output).RunAsync(members, ct);
        ReportProcesses(output, source.ReadProcfile(), built);

        clock.Start("export");
        output.Heading("Exporting image");
        var export = new ExportPhase(images, runImage, cache, options, _launcher, directories.Scratch, output)
        {
            Project = ProjectMetadata.Of(config, choice.Project), BillsDirectory = config.BillsDirectory,
        };
        var exported = await export.RunAsync(members, built, source, ct);
        cache.Save(exported.Cache);
        return exported.Outcome with { IsRepeatable = choice.IsPinned, Times = new BuildTimes(clock.Stop(), sandbox.Busy.Total) };

        async Task<BuildOutcome> BuildDockerfileAsync()
        {
            clock.Start("dockerfile");
            var builder = new DockerfileBuilder(options, images, host, time, pull);
            var outcome = await new DockerfileApp(builder, directories, output).BuildAsync(config, source, procfile, ct);
            return outcome with { Times = new BuildTimes(clock.Stop(), null) };
        }
    }

    /// <summary>The buildpacks that build the app; null where its Dockerfile does.</summary>
    private static async Task<IReadOnlyList<ResolvedMember>?> DetectAsync(
        DetectPhase phase, BuildpackChoice choice, BuildConfig config, string? dockerfile, CancellationToken ct)
    {
        IReadOnlyList<ResolvedMember>? members = null;
        try
        {
            members = await phase.RunAsync(choice, ct);
            // A Procfile says what an image runs, and not how it is made.
            if (dockerfile is not null && members.All(member => member.Buildpack.Id == Buildpack.Procfile)) members = null;
        }
        catch (BuildException) when (dockerfile is not null)
        {
            // The Dockerfile is for what no buildpack knows.
        }
        finally
        {
            config.Explained?.Invoke(phase.Report(choice, members is null ? dockerfile : null));
        }

        return members;
    }

    private static void Announce(DetectPhase detect, IReadOnlyList<ResolvedMember> members, PushOutput output)
    {
        // What only provides for others does not say what the app is.
        var kind = members.FirstOrDefault(member => member.Plan.Provides.Count == 0) ?? members[0];
        output.Heading($"{kind.Buildpack.Name} app detected");
        output.Detail($"Buildpacks: {string.Join(", ", members.Select(Text))}");

        string Text(ResolvedMember member) => detect.ReasonOf(member.Buildpack) is { Length: <= LongestReason } reason ? $"{member.Buildpack} ({reason})" : $"{member.Buildpack}";
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
