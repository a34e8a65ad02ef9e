using System.Text;
using Paas.Build.Dockerfiles.Building;
using Paas.Build.Lifecycle;
using Paas.Build.Procfiles;
using Paas.Build.Sources;
using Paas.Oci.Images;

namespace Paas.Build.Dockerfiles;

/// <summary>An app built by the Dockerfile in its source.</summary>
internal sealed class DockerfileApp(DockerfileBuilder builder, BuildDirectories directories, PushOutput output)
{
    public const string FileName = "Dockerfile";

    /// <summary>Builds it. Its config vars are secrets of the build: <c>RUN --mount=type=secret,id=NAME</c> sees one, no layer keeps any.</summary>
    /// <exception cref="BuildException">It cannot be built.</exception>
    public async Task<BuildOutcome> BuildAsync(BuildConfig config, SourceTree source, Procfile? procfile, CancellationToken ct)
    {
        output.Heading("Dockerfile app detected");
        // What is mounted out of the context is root's, as what is copied.
        SourceTree.TakeOver(source.Path, 0);
        var outcome = await builder.BuildAsync(
            new DockerfileBuildConfig
            {
                App = config.App,
                Number = config.Number,
                ContextDirectory = source.Path,
                WorkDirectory = directories.Home,
                CacheDirectory = config.CacheDirectory,
                Dockerfile = config.Dockerfile ?? FileName,
                Secrets = config.Env.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetBytes(pair.Value), StringComparer.Ordinal),
            },
            output.Shaped,
            ct);
        var size = outcome.Image.Manifest.Layers.Sum(layer => layer.Size);
        var execution = outcome.Image.Config.Config ?? new ExecutionConfig();
        return new BuildOutcome(outcome.Image.Digest, Processes(execution, procfile), size, execution.LowestTcpPort)
        {
            Reuse = $"{outcome.DoneSteps} {(outcome.DoneSteps == 1 ? "step" : "steps")} done, {outcome.CachedSteps} cached",
        };
    }

    // As words: the image may have no bash, and its own command needs no shell.
    private Dictionary<string, string> Processes(ExecutionConfig execution, Procfile? procfile)
    {
        output.Heading("Discovering process types");
        if (procfile is not null)
        {
            output.Detail($"Procfile declares types -> {string.Join(", ", procfile.Processes.Keys)}");
            return procfile.Processes.ToDictionary(process => process.Key, process => ProcessCommand.Of(["/bin/sh", "-c", process.Value]));
        }

        if (execution.Entrypoint is not { Count: > 0 } && execution.Cmd is not { Count: > 0 })
            throw new BuildException("the image has no command to run", "End the Dockerfile with CMD, or add a Procfile.");
        output.Detail("The image's own command -> web");
        return new Dictionary<string, string> { ["web"] = ProcessCommand.Of(execution.Cmd ?? []) };
    }
}
