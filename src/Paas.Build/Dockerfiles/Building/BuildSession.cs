using System.Collections.Concurrent;
using System.Globalization;
using Paas.Build.Dockerfiles.Checks;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Dockerfiles.Running;
using Paas.Build.Host;
using Paas.Contracts.Sources;
using Paas.Images;
using Paas.Node;
using Paas.Oci.Images;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>A stage that was built.</summary>
internal sealed record BuiltStage(RootLayers Root, ImageConfig Config, StageScope Scope);

/// <summary>What the stages of one build share. Thread-safe.</summary>
internal sealed class BuildSession : IDisposable
{
    private readonly ConcurrentDictionary<int, Lazy<Task<BuiltStage>>> _stages = new();
    private readonly ConcurrentQueue<CheckWarning> _warnings = new();
    private readonly CancellationTokenSource _failed;
    private Exception? _failure;

    public BuildSession(Dockerfile file, DockerfileBuildConfig config, BuildOptions options, ImageStore images, ContainerHost host, CancellationToken ct)
    {
        (File, Config, Options, Images, Host) = (file, config, options, images, host);
        Platform = PlatformOf(config.Platform, 0);
        Target = TargetOf(file, config.Target);
        Arguments = new BuildArguments(file, config.BuildArgs, Platform, Target.Name ?? "default");
        Epoch = EpochOf(config.BuildArgs);
        Workshop = new LayerWorkshop(images, Epoch);
        Cache = new StepCache(DockerfileCache.DirectoryOf(config.CacheDirectory), images.Content);
        Marks = new AppMarks(DockerfileCache.DirectoryOf(config.CacheDirectory), config.App);
        CacheMounts = new CacheMounts(DockerfileCache.DirectoryOf(config.CacheDirectory));
        Egress = options.Egress ?? HostEgressProbe.ThisHost();
        _failed = CancellationTokenSource.CreateLinkedTokenSource(ct);
    }

    public Dockerfile File { get; }

    public DockerfileBuildConfig Config { get; }

    public BuildOptions Options { get; }

    public ImageStore Images { get; }

    public ContainerHost Host { get; }

    /// <summary>What is built for.</summary>
    public Platform Platform { get; }

    /// <summary>The stage whose image is wanted.</summary>
    public Stage Target { get; }

    public BuildArguments Arguments { get; }

    /// <summary>The time of everything in the image, where the build says one.</summary>
    public DateTimeOffset? Epoch { get; }

    public LayerWorkshop Workshop { get; }

    public StepCache Cache { get; }

    public AppMarks Marks { get; }

    public CacheMounts CacheMounts { get; }

    public HostEgress Egress { get; }

    public required BuildSteps Steps { get; init; }

    public required BaseImages BaseImages { get; init; }

    public required IgnorePatterns Ignored { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>As many commands at once as there are processors.</summary>
    public SemaphoreSlim RunTurns { get; } = new(Math.Max(1, Environment.ProcessorCount));

    /// <summary>What was found while building.</summary>
    public IEnumerable<CheckWarning> Warnings => _warnings;

    /// <summary>Cancelled when the build is, or when another stage failed.</summary>
    public CancellationToken Stopping => _failed.Token;

    /// <summary>What the first stage to fail failed of; the others were stopped because of it.</summary>
    public Exception? Failure => _failure;

    public void Warn(CheckRule rule, string message, Instruction instruction) => _warnings.Enqueue(new CheckWarning(rule, message, instruction.Line, instruction.Node.EndLine));

    public void Warn(CheckRule rule, string message, Stage stage) => _warnings.Enqueue(new CheckWarning(rule, message, stage.Node.StartLine, stage.Node.EndLine));

    /// <summary>Builds a stage, or waits for whoever builds it already.</summary>
    public Task<BuiltStage> StageAsync(Stage stage) =>
        _stages.GetOrAdd(stage.Index, _ => new Lazy<Task<BuiltStage>>(() => Task.Run(() => BuildAsync(stage)))).Value;

    public void Dispose()
    {
        RunTurns.Dispose();
        _failed.Dispose();
    }

    /// <summary>Waits until no stage is being built any more; what they threw is not thrown again.</summary>
    public async Task EndAsync()
    {
        await _failed.CancelAsync();
        foreach (var stage in _stages.Values) await stage.Value.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    /// <exception cref="DockerfileException">It is no platform, or none that this host can build for.</exception>
    public static Platform PlatformOf(string? text, int line)
    {
        var current = Platform.Current;
        if (string.IsNullOrEmpty(text)) return current;
        var parts = text.Split('/');
        if (parts.Length > 3 || parts.Any(part => part.Length == 0)) throw new DockerfileException($"\"{text}\" is no platform", line, text, "Write it like linux/amd64.");
        if (parts.Length == 1) return parts[0] == "linux" ? current : current with { Architecture = Architecture(parts[0]) };
        return new Platform { Os = parts[0], Architecture = Architecture(parts[1]), Variant = parts.Length > 2 ? parts[2] : null };
    }

    private async Task<BuiltStage> BuildAsync(Stage stage)
    {
        try
        {
            return await new StageBuilder(this, stage).BuildAsync(Stopping);
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _failure, error, null);
            await _failed.CancelAsync();
            throw;
        }
    }

    private static string Architecture(string name) => name switch { "x86_64" or "x86-64" => "amd64", "aarch64" => "arm64", _ => name };

    private static Stage TargetOf(Dockerfile file, string? target)
    {
        if (string.IsNullOrEmpty(target)) return file.Stages[^1];
        if (file.FindStage(target, file.Stages.Count) is { } stage) return stage;
        var near = Spelling.Nearest(target, file.Stages.Select(candidate => candidate.Name).OfType<string>());
        throw new DockerfileException($"target stage \"{target}\" could not be found{(near is null ? "" : $" (did you mean {near}?)")}", 0);
    }

    private static DateTimeOffset? EpochOf(IReadOnlyDictionary<string, string> arguments)
    {
        if (!arguments.TryGetValue(BuildArguments.EpochName, out var text) || text.Length == 0) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new DockerfileException($"invalid {BuildArguments.EpochName} \"{text}\": it is a number of seconds since 1970", 0);
    }
}
