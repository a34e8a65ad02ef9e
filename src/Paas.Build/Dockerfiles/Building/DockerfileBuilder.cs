using System.Runtime.ExceptionServices;
using Paas.Build.Dockerfiles.Checks;
using Paas.Build.Dockerfiles.Context;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Dockerfiles.Syntax;
using Paas.Build.Lifecycle;
using Paas.Build.Sources;
using Paas.Contracts.Sources;
using Paas.Images;
using Paas.Node;
using Paas.Oci.Images;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>
/// Dockerfile → image. Only the stages that the wanted one needs are built, those that do not need each other at the same time; a
/// step whose inputs are known by their content is not done again, whichever app did it before.
/// </summary>
/// <param name="options">Limits of the commands.</param>
/// <param name="images">Where layers and images are.</param>
/// <param name="host">Runs the commands.</param>
/// <param name="time">For durations and the image's times.</param>
/// <param name="pull">Fetches base images that the store lacks; null where there are no others.</param>
public sealed class DockerfileBuilder(BuildOptions options, ImageStore images, ContainerHost host, TimeProvider time, PullImage? pull = null)
{
    private const string StepsDirectory = "steps";

    /// <summary>Builds an image.</summary>
    /// <param name="config">What to build.</param>
    /// <param name="output">Gets each line of output in the shape of a push, without a newline; called by one thread at a time.</param>
    /// <param name="ct">Cancelling kills the commands; what was done until then is not done again.</param>
    /// <exception cref="BuildException">It cannot be built; the message shows the line of the Dockerfile.</exception>
    public async Task<DockerfileOutcome> BuildAsync(DockerfileBuildConfig config, Action<string> output, CancellationToken ct)
    {
        using var lease = images.Content.Lease();
        var text = await ReadAsync(config, ct);
        var push = new PushOutput(output);
        try
        {
            return await BuildAsync(config, Dockerfile.Parse(text), push, ct);
        }
        catch (DockerfileException error)
        {
            throw new BuildException(error.Describe(config.Dockerfile, text), error.Hint, error);
        }
        finally
        {
            // Secrets are among what is left.
            TreeRemoval.Remove(Path.Combine(config.WorkDirectory, StepsDirectory));
        }
    }

    private async Task<DockerfileOutcome> BuildAsync(DockerfileBuildConfig config, Dockerfile file, PushOutput output, CancellationToken ct)
    {
        var settings = CheckSettings.Parse(file.Tree.Directives.Check);
        var ignored = BuildContext.Prepare(config);
        var own = config with { WorkDirectory = Path.Combine(config.WorkDirectory, StepsDirectory) };
        Directory.CreateDirectory(own.WorkDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var session = new BuildSession(file, own, options, images, host, ct)
        {
            Steps = new BuildSteps(output, time),
            BaseImages = new BaseImages(images, pull, config.Pull),
            Ignored = ignored,
            Time = time,
        };
        foreach (var name in session.Arguments.Undeclared) output.Warning($"The build argument {name} is taken by no ARG");
        try
        {
            if (settings.FailsBuild) FailOn(file.Warnings.Where(warning => settings.Counts(warning.Rule)));
            foreach (var stage in StageOrder.Needed(file, session.Target)) _ = session.StageAsync(stage);
            var built = await session.StageAsync(session.Target);
            var warnings = file.Warnings.Concat(session.Warnings).Concat(DefaultBaseNames.Check(file, session.Platform)).Where(warning => settings.Counts(warning.Rule)).Distinct().OrderBy(warning => warning.Line).ToList();
            foreach (var warning in warnings) output.Warning($"{warning.Rule}: {warning.Message} (line {warning.Line})");
            if (settings.FailsBuild) FailOn(warnings);
            var image = await CommitAsync(built, config, session.Epoch ?? time.GetUtcNow(), ct);
            return new DockerfileOutcome(image, session.Steps.Cached, session.Steps.Done);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && session.Failure is not null)
        {
            // The wanted stage was only stopped.
            ExceptionDispatchInfo.Throw(session.Failure);
            throw;
        }
        finally
        {
            await session.EndAsync();
        }
    }

    private static void FailOn(IEnumerable<CheckWarning> warnings)
    {
        if (warnings.FirstOrDefault() is not { } warning) return;
        throw new DockerfileException($"lint violation found for rule {warning.Rule}: {warning.Message}", warning.Line, hint: "Correct it, or take error=true out of the check directive.");
    }

    private async Task<Image> CommitAsync(BuiltStage built, DockerfileBuildConfig config, DateTimeOffset now, CancellationToken ct)
    {
        var root = built.Root;
        var state = new ImageState(built.Config);
        foreach (var (name, value) in config.Labels) state.Labels[name] = value;
        if (root.Layers.Count == 0)
        {
            // An image of the specification has at least one layer.
            var layer = await new LayerWorkshop(images, null).MakeAsync(root, static (_, _) => Task.CompletedTask, ct);
            root = root.With(layer);
            state.AddHistory("FROM scratch", built.Config.Created ?? now, hasLayer: true);
        }

        var document = state.ToConfig(root.DiffIds, built.Config.Created ?? now);
        var configDescriptor = await images.Content.WriteAsync(ImageDocuments.Serialize(document), MediaTypes.Config, ct);
        var manifest = new ImageManifest
        {
            SchemaVersion = 2, MediaType = MediaTypes.Manifest, Config = configDescriptor, Layers = [.. root.Layers.Select(layer => layer.Descriptor)],
        };
        var descriptor = await images.Content.WriteAsync(ImageDocuments.Serialize(manifest), MediaTypes.Manifest, ct);
        return new Image(descriptor, manifest, document);
    }

    private static async Task<string> ReadAsync(DockerfileBuildConfig config, CancellationToken ct)
    {
        if (CleanPath.Of(config.Dockerfile).StartsWith("..", StringComparison.Ordinal)) throw new BuildException($"{config.Dockerfile} is not in the context");
        return await Task.Run(
            () => new UntrustedTree(config.ContextDirectory).ReadText(CleanPath.Of(config.Dockerfile).TrimStart('/')), ct)
            ?? throw new BuildException($"failed to read dockerfile: there is no file {config.Dockerfile}", "Name it with -f, relative to the source.");
    }
}
