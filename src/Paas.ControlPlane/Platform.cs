using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Apps;
using Paas.ControlPlane.Buildpacks;
using Paas.ControlPlane.Builds;
using Paas.ControlPlane.Cleanup;
using Paas.ControlPlane.Cron;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Git;
using Paas.ControlPlane.Logs;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Registry;
using Paas.ControlPlane.Runs;
using Paas.ControlPlane.Store;
using Paas.Images;

namespace Paas.ControlPlane;

/// <summary>Every operation of the platform, in process.</summary>
public sealed partial class Platform : IPlatform
{
    private static readonly TimeSpan DestroyPatience = TimeSpan.FromSeconds(60);

    private readonly ControlPlaneOptions _options;
    private readonly AppStore _apps;
    private readonly ReleaseStore _releases;
    private readonly DeploymentStore _deployments;
    private readonly InstanceStore _instances;
    private readonly BuildStore _builds;
    private readonly BuildIntake _intake;
    private readonly ImageBuilds _imageBuilds;
    private readonly BuilderSettings _builders;
    private readonly BuiltImages _built;
    private readonly BuildpackSettings _buildpacks;
    private readonly BuildQueue _queue;
    private readonly Deployer _deployer;
    private readonly Reconciler _reconciler;
    private readonly InstanceTable _table;
    private readonly AppRestart _restart;
    private readonly AppChanges _changes;
    private readonly GitRepositories _repositories;
    private readonly AppDestruction _destruction;
    private readonly AppUrls _urls;
    private readonly AppLogs _logs;
    private readonly OneOffs _oneOffs;
    private readonly InstanceExecs _execs;
    private readonly CronRuns _cron;
    private readonly PlatformLog _platformLog;
    private readonly ContentStore _content;
    private readonly ImageCleanup _cleanup;
    private readonly ImageStore _images;
    private readonly ImageCatalog _catalog;
    private readonly RegistryStore _registry;

    internal Platform(
        ControlPlaneOptions options, AppStore apps, ReleaseStore releases, DeploymentStore deployments, InstanceStore instances, BuildStore builds,
        BuildIntake intake, ImageBuilds imageBuilds, BuilderSettings builders, BuildpackSettings buildpacks, BuildQueue queue, BuiltImages built, Deployer deployer, Reconciler reconciler, InstanceTable table, AppRestart restart, AppChanges changes,
        GitRepositories repositories, AppDestruction destruction, AppUrls urls, AppLogs logs, OneOffs oneOffs, InstanceExecs execs, CronRuns cron, PlatformLog platformLog,
        ImageStore images, ImageCatalog catalog, RegistryStore registry, ImageCleanup cleanup)
    {
        (_options, _apps, _releases, _deployments, _instances, _builds) = (options, apps, releases, deployments, instances, builds);
        (_intake, _imageBuilds, _builders, _buildpacks, _queue, _deployer, _reconciler, _table, _changes) = (intake, imageBuilds, builders, buildpacks, queue, deployer, reconciler, table, changes);
        _built = built;
        (_repositories, _destruction, _urls, _logs, _oneOffs, _execs) = (repositories, destruction, urls, logs, oneOffs, execs);
        (_restart, _cron, _platformLog) = (restart, cron, platformLog);
        (_images, _content, _catalog, _registry, _cleanup) = (images, images.Content, catalog, registry, cleanup);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AppDocument>> ListAppsAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<AppDocument>>([.. _apps.List().Select(Describe)]);

    /// <inheritdoc/>
    public async Task<AppDocument> CreateAppAsync(CreateAppRequest request, CancellationToken ct)
    {
        var name = request.Name ?? FreeName();
        AppName.Check(name);
        _apps.Create(name);
        try
        {
            await _repositories.EnsureAsync(name, ct);
        }
        catch
        {
            _apps.Delete(name);
            await _destruction.EndAsync(name);
            throw;
        }

        _platformLog.Write(name, "created");
        _reconciler.Begin(name);
        return Describe(_apps.Get(name));
    }

    /// <inheritdoc/>
    public Task<AppDocument> GetAppAsync(string app, CancellationToken ct) => Task.FromResult(Describe(_apps.Get(app)));

    /// <inheritdoc/>
    public async Task DestroyAppAsync(string app, CancellationToken ct)
    {
        _apps.Get(app);
        // From here on it is done to its end, whoever waits.
        using var limit = new CancellationTokenSource(DestroyPatience);
        await _queue.ForgetAsync(app, limit.Token);
        _apps.Delete(app);
        _queue.CloseOutputs(app);
        await _cron.EndAsync(app);
        await _oneOffs.EndAsync(app);
        _changes.Notify(app);
        _reconciler.Signal(app);
        try
        {
            await _destruction.EndAsync(app).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new PaasException(
                ErrorCode.Unavailable, $"{app} is destroyed, but its containers are not all gone yet", "They go as soon as the router has let go of them.");
        }
    }

    /// <inheritdoc/>
    public Task<ConfigDocument> GetConfigAsync(string app, CancellationToken ct)
    {
        _apps.Get(app);
        var config = _apps.Config(app);
        return Task.FromResult(new ConfigDocument(config, [.. _apps.SecretVars(app).Intersect(config.Keys).Order(StringComparer.Ordinal)]));
    }

    private string FreeName()
    {
        while (true)
        {
            var name = AppName.Generate();
            if (_apps.Find(name) is null) return name;
        }
    }

    private AppDocument Describe(App app)
    {
        var state = _reconciler.Observe(app.Name);
        return new AppDocument(
            app.Name, InstanceTable.Status(state), _urls.Of(app.Name), _urls.Git(app.Name), app.DeployBranch, app.LiveRelease, Formation(app), app.CreatedAt);
    }
}
