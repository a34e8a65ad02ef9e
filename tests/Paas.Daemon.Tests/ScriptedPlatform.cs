using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Runtime.CompilerServices;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Tests;

/// <summary>
/// The platform behind the endpoints, where a test decides what it does: failures, pauses and breaks that a real one shows only with
/// luck. Everything before it (Kestrel, authentication, git, the hook) is real.
/// </summary>
internal sealed class ScriptedPlatform : IPlatform
{
    public ConcurrentDictionary<string, AppDocument> Apps { get; } = new();

    public ConcurrentQueue<(string App, BuildSource Source, IReadOnlyList<string> Files)> Builds { get; } = new();

    /// <summary>What <see cref="GetAppAsync"/> throws.</summary>
    public Exception? Failure { get; set; }

    public Func<string, LogQuery, CancellationToken, IAsyncEnumerable<LogLine>>? Logs { get; set; }

    /// <summary>What a build does after it has read its source.</summary>
    public Func<string, CancellationToken, IAsyncEnumerable<BuildEvent>> Build { get; set; } = Succeed;

    public ConfigChange? LastConfig { get; private set; }

    /// <summary>When a change of config is live, and as what.</summary>
    public Task<ReleaseDocument?> ConfigIsLive { get; set; } = Task.FromResult<ReleaseDocument?>(null);

    public RunRequest? LastRun { get; private set; }

    public void Add(string name, string? deployBranch = null) =>
        Apps[name] = new AppDocument(name, AppStatus.Empty, [$"http://{name}.localhost"], $"http://paas.localhost/{name}.git", deployBranch, null, [], DateTimeOffset.UnixEpoch);

    public static async IAsyncEnumerable<BuildEvent> Succeed(string app, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return new BuildEvent($"-----> Building {app}");
        await Task.Yield();
        yield return new BuildEvent("=====> Application deployed:");
        yield return new BuildEvent($"       http://{app}.localhost");
        yield return new BuildEvent(null, new BuildResultDocument(1, BuildStatus.Succeeded, 1, [$"http://{app}.localhost"]));
    }

    public Task<IReadOnlyList<AppDocument>> ListAppsAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<AppDocument>>([.. Apps.Values]);

    public Task<AppDocument> CreateAppAsync(CreateAppRequest request, CancellationToken ct)
    {
        Add(request.Name ?? "made-up");
        return GetAppAsync(request.Name ?? "made-up", ct);
    }

    public Task<AppDocument> GetAppAsync(string app, CancellationToken ct)
    {
        if (Failure is { } failure) throw failure;
        return Task.FromResult(Apps.TryGetValue(app, out var document) ? document : throw new PaasException(ErrorCode.AppNotFound, $"App {app} does not exist"));
    }

    public Task DestroyAppAsync(string app, CancellationToken ct) => Task.FromResult(Apps.TryRemove(app, out _));

    public Task<ConfigDocument> GetConfigAsync(string app, CancellationToken ct) => Task.FromResult(new ConfigDocument(new Dictionary<string, string> { ["A"] = "b" }));

    public Task<ReleaseDocument?> ChangeConfigAsync(string app, ConfigChange change, CancellationToken ct)
    {
        LastConfig = change;
        return ConfigIsLive.WaitAsync(ct);
    }

    public Task<IReadOnlyList<FormationEntry>> GetFormationAsync(string app, CancellationToken ct) => Task.FromResult<IReadOnlyList<FormationEntry>>([new("web", 1, "x")]);

    public Task<IReadOnlyList<FormationEntry>> ScaleAsync(string app, ScaleRequest request, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<FormationEntry>>([.. request.Quantities.Select(pair => new FormationEntry(pair.Key, pair.Value))]);

    public Task<IReadOnlyList<InstanceDocument>> RestartAsync(string app, RestartRequest request, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<InstanceDocument>>([]);

    public Task<IReadOnlyList<InstanceDocument>> ListInstancesAsync(string app, CancellationToken ct) => Task.FromResult<IReadOnlyList<InstanceDocument>>([]);

    public Task<IReadOnlyList<ReleaseDocument>> ListReleasesAsync(string app, CancellationToken ct) => Task.FromResult<IReadOnlyList<ReleaseDocument>>([]);

    public Task<ReleaseDocument> RollbackAsync(string app, RollbackRequest request, CancellationToken ct) =>
        throw new PaasException(ErrorCode.NotFound, $"there is no release v{request.Version}", "See: paas releases");

    public Task<IReadOnlyList<BuildDocument>> ListBuildsAsync(string app, CancellationToken ct) => Task.FromResult<IReadOnlyList<BuildDocument>>([]);

    public async IAsyncEnumerable<BuildEvent> SubmitBuildAsync(string app, BuildSource source, Stream tar, [EnumeratorCancellation] CancellationToken ct)
    {
        var files = new List<string>();
        await using (var reader = new TarReader(tar, leaveOpen: true))
        {
            while (await reader.GetNextEntryAsync(cancellationToken: ct) is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile) files.Add(entry.Name);
            }
        }

        await tar.CopyToAsync(Stream.Null, ct);
        if (Apps[app].DeployBranch is null) Add(app, source.Branch);
        Builds.Enqueue((app, source, files));
        await foreach (var step in Build(app, ct)) yield return step;
    }

    /// <summary>The last build of a Dockerfile that was asked for, and the names in its context.</summary>
    public (ImageBuildRequest Request, IReadOnlyList<string> Files)? LastImageBuild { get; private set; }

    public Task<BuilderDocument> GetBuilderAsync(string app, CancellationToken ct) => Task.FromResult(Builder);

    public Task<BuilderDocument> SetBuilderAsync(string app, BuilderDocument builder, CancellationToken ct) => Task.FromResult(Builder = builder);

    /// <summary>Of every app.</summary>
    public BuilderDocument Builder { get; private set; } = new();

    public AgentAnswer? LastAgentAnswer { get; private set; }

    public Task AnswerAgentAsync(string build, AgentAnswer answer, CancellationToken ct)
    {
        LastAgentAnswer = build == "running" ? answer : throw new PaasException(ErrorCode.NotFound, "there is no such build any more");
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<ImageBuildEvent> BuildImageAsync(ImageBuildRequest request, Stream context, [EnumeratorCancellation] CancellationToken ct)
    {
        var files = new List<string>();
        await using (var reader = new TarReader(context, leaveOpen: true))
        {
            while (await reader.GetNextEntryAsync(cancellationToken: ct) is { } entry) files.Add(entry.Name);
        }

        await context.CopyToAsync(Stream.Null, ct);
        LastImageBuild = (request, files);
        yield return new ImageBuildEvent("       #1 [1/1] FROM scratch");
        if (request.Target == "missing") throw new PaasException(ErrorCode.BuildFailed, "target stage \"missing\" could not be found");
        yield return new ImageBuildEvent(null, "sha256:" + new string('a', 64));
    }

    public IAsyncEnumerable<BuildEvent> ReadBuildOutputAsync(string app, int build, CancellationToken ct) => Build(app, ct);

    public Task<BuildDocument> CancelBuildAsync(string app, int build, CancellationToken ct) =>
        Task.FromResult(new BuildDocument(build, BuildStatus.Canceled, null, null, null, null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));

    public Task<IReadOnlyList<DeploymentDocument>> ListDeploymentsAsync(string app, CancellationToken ct) => Task.FromResult<IReadOnlyList<DeploymentDocument>>([]);

    public IAsyncEnumerable<LogLine> ReadLogsAsync(string app, LogQuery query, CancellationToken ct) => Logs!(app, query, ct);

    public async Task<int> RunAsync(string app, RunRequest request, ExecStreams streams, CancellationToken ct)
    {
        LastRun = request;
        await streams.Input.CopyToAsync(streams.Output, ct);
        return 7;
    }

    /// <summary>What an exec does.</summary>
    public Func<string, InstanceExecRequest, ExecStreams, CancellationToken, Task<int>>? Exec { get; set; }

    public Task<int> ExecAsync(string app, string instance, InstanceExecRequest request, ExecStreams streams, CancellationToken ct) =>
        Exec!(instance, request, streams, ct);

    public Task<IReadOnlyList<AppImagesDocument>> ListImageUseAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<AppImagesDocument>>([new(null, 2, 10, 0), .. Apps.Keys.Select(app => new AppImagesDocument(app, 1, 5, 10))]);

    public Task<IReadOnlyList<ImageDocument>> ListImagesAsync(string app, CancellationToken ct) => Task.FromResult<IReadOnlyList<ImageDocument>>([]);

    public Task<ImageDetailDocument> GetImageAsync(string app, string reference, CancellationToken ct) =>
        throw new PaasException(ErrorCode.NotFound, $"{app} has no image {reference}", $"paas images -a {app} lists them.");

    public Task<AppRegistryDocument> GetRegistryAsync(string app, CancellationToken ct) => Task.FromResult(new AppRegistryDocument($"paas.localhost/{app}", "latest"));

    public Task<AppRegistryDocument> SetRegistryAsync(string app, AppRegistryRequest request, CancellationToken ct) =>
        Task.FromResult(new AppRegistryDocument($"paas.localhost/{app}", request.DeployTag));

    public Task<CleanupDocument> CleanUpAsync(CleanupRequest request, CancellationToken ct) =>
        Task.FromResult(new CleanupDocument(request.DryRun, [new CleanupItem("blobs", 3, 3000)], 3000, 1, 2));
}
