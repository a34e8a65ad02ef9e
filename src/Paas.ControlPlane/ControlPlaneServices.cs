using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Paas.Build;
using Paas.Build.Dockerfiles.Building;
using Paas.Contracts.Api;
using Paas.Contracts.Routing;
using Paas.ControlPlane.Access;
using Paas.ControlPlane.Access.Ssh;
using Paas.ControlPlane.Apps;
using Paas.ControlPlane.Archives;
using Paas.ControlPlane.Buildpacks;
using Paas.ControlPlane.Builds;
using Paas.ControlPlane.Cleanup;
using Paas.ControlPlane.Cron;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Discovery;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Git;
using Paas.ControlPlane.Health;
using Paas.ControlPlane.Logs;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Registries;
using Paas.ControlPlane.Registry;
using Paas.ControlPlane.Runs;
using Paas.ControlPlane.Stacks;
using Paas.ControlPlane.Store;
using Paas.Images;
using Paas.Images.Remote;
using Paas.Images.Snapshots;
using Paas.Node;
using Quartz;

namespace Paas.ControlPlane;

/// <summary>Puts the control plane together.</summary>
public static class ControlPlaneServices
{
    /// <summary>
    /// Registers <see cref="Platform"/> (also as <see cref="IPlatform"/>), <see cref="TokenStore"/>, <see cref="GitRepositories"/>,
    /// <see cref="ImageStore"/>, <see cref="ContainerHost"/>, and the hosted service that adopts what runs and reconciles until the host
    /// stops. Containers go on running then.
    /// </summary>
    public static IServiceCollection AddControlPlane(this IServiceCollection services, ControlPlaneOptions options)
    {
        options.Validate();
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        AddThisHost(services, options);
        AddStores(services, options);
        AddDiscovery(services, options);
        AddReconciling(services);
        AddRegistries(services, options);
        AddBuilds(services, options);
        services.AddRegistry(options);
        services.AddSshKeys();
        services.AddCleanup(options);
        services.AddSingleton<AppFiles>().AddSingleton<AppDestruction>().AddSingleton<AppUrls>().AddSingleton<AppLogs>().AddSingleton<OneOffs>().AddSingleton<InstanceExecs>().AddSingleton<InstanceTable>().AddSingleton<AppRestart>();
        services.AddGit(options);
        services.AddSingleton<BuildpackSettings>().AddSingleton<BuildExplanations>().AddSingleton<BuildBills>().AddSingleton<IBuildpacks, BuildpackDesk>();
        services.AddSingleton<StackTable>().AddSingleton<AppRebase>().AddSingleton<IStacks, StackDesk>();
        services.AddSingleton<CronHistory>().AddSingleton<CronRuns>().AddSingleton<CronClock>().AddSingleton<ICron, CronDesk>();
        services.AddSingleton(MakePlatform);
        services.AddSingleton<IPlatform>(provider => provider.GetRequiredService<Platform>());
        services.AddHostedService<ControlPlaneService>();
        return services;
    }

    private static void AddThisHost(IServiceCollection services, ControlPlaneOptions options)
    {
        services.AddSingleton(_ => new ContentStore(options.ImagesDirectory));
        services.AddSingleton(_ => new Snapshotter(Path.Combine(options.ImagesDirectory, "snapshots")));
        services.AddSingleton<ImageStore>();
        services.AddSingleton(provider => new ContainerHost(
            new NodeOptions
            {
                DataDirectory = options.DataDirectory,
                RunDirectory = options.RunDirectory,
                RuntimePath = options.RuntimeProgram,
                Bridge = options.Bridge,
                Subnet = options.Subnet,
                CgroupParent = options.CgroupParent,
                BuildPriority = options.BuildPriority,
                RouterPorts = [options.HttpPort, options.HttpsPort],
            },
            provider.GetRequiredService<ImageStore>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<INode>(provider => new LocalNode(provider.GetRequiredService<ContainerHost>()));
        var building = new BuildOptions
        {
            BuildpacksDirectory = options.BuildpacksDirectory,
            LauncherPath = Path.Combine(options.ProgramsDirectory, "bin", "paas-launcher"),
            BuildImage = $"stack/build:{options.Stack}",
            RunImage = $"stack/run:{options.Stack}",
            MemoryBytes = options.BuildMemoryBytes,
            BuildTimeLimit = options.BuildTime,
        };
        services.AddSingleton<BaseImagePull>();
        services.AddSingleton(provider => new DockerfileBuilder(
            building,
            provider.GetRequiredService<ImageStore>(),
            provider.GetRequiredService<ContainerHost>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<BaseImagePull>().PullAsync));
        // The node comes to be with the first build.
        services.TryAddSingleton<BuildImage>(provider => (config, output, ct) => provider.GetRequiredService<DockerfileBuilder>().BuildAsync(config, output, ct));
        services.AddSingleton<ImageBuilds>().AddSingleton<BuilderSettings>();
        services.TryAddSingleton<BuildApp>(provider => new AppBuilder(
            building,
            provider.GetRequiredService<ImageStore>(),
            provider.GetRequiredService<ContainerHost>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<BaseImagePull>().PullAsync).BuildAsync);
        services.TryAddSingleton<FindBuildInputs>(provider => new BuildInputs(building, provider.GetRequiredService<ImageStore>()).DigestAsync);
    }

    private static void AddStores(IServiceCollection services, ControlPlaneOptions options)
    {
        services.AddSingleton(_ => new Database(options.DatabasePath));
        services.AddSingleton<AppStore>().AddSingleton<ReleaseStore>().AddSingleton<BuildStore>().AddSingleton<DeploymentStore>();
        services.AddSingleton<InstanceStore>().AddSingleton<SettingStore>();
        services.AddAccess();
    }

    private static void AddDiscovery(IServiceCollection services, ControlPlaneOptions options)
    {
        services.AddSingleton(provider => new RouteTable(provider.GetRequiredService<SettingStore>(), PlatformRoute(options)));
        services.AddSingleton(_ => new RouterClient(options.RouterSocketPath));
        services.AddSingleton(provider => new RouterLink(
            provider.GetRequiredService<RouteTable>(),
            provider.GetRequiredService<RouterClient>(),
            new AccessLogs(options.LogsDirectory, options.RouterSocketPath),
            provider.GetRequiredService<ILogger<RouterLink>>()));
    }

    private static RoutedApp PlatformRoute(ControlPlaneOptions options) => new(
        AppName.Platform,
        [$"{AppName.Platform}.{options.Domain}"],
        [new RoutedEndpoint("paasd", "web", $"unix:{options.DaemonSocketPath}")],
        AccessLog: false);

    private static void AddReconciling(IServiceCollection services)
    {
        services.AddSingleton<ContainerView>().AddSingleton<AppChanges>().AddSingleton<Observer>().AddSingleton<InstanceConfigs>();
        services.AddSingleton<ImageHealthchecks>().AddSingleton<Prober>().AddSingleton<LivingChecks>().AddSingleton<StartupChecks>().AddSingleton<HealthMonitor>().AddSingleton<InstanceCheck>().AddSingleton<Diagnosis>().AddSingleton<PlatformLog>();
        services.AddSingleton<Executor>().AddSingleton<Reconciler>();
        services.AddSingleton<AppTurns>().AddSingleton<Deployer>().AddSingleton<ImageDeployer>().AddSingleton<PushedImages>().AddSingleton<DeployTasks>();
    }

    private static void AddRegistries(IServiceCollection services, ControlPlaneOptions options)
    {
        services.AddSingleton(_ => new RegistryLogins(options.DataDirectory));
        services.AddSingleton(provider => new RegistryClient(options.Registries, provider.GetRequiredService<RegistryLogins>().Find, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ImagePuller>().AddSingleton<ImagePusher>();
        services.AddSingleton<IRegistries, RegistryDesk>().AddSingleton<IImageReleases, ImageReleases>();
        services.AddSingleton<ImageNames>();
        // The host is made by whoever first needs it: tests of the control plane have another node.
        services.AddSingleton<Func<ContainerHost>>(provider => provider.GetRequiredService<ContainerHost>);
        services.AddSingleton<IImageArchives, ImageArchives>();
    }

    private static void AddBuilds(IServiceCollection services, ControlPlaneOptions options)
    {
        services.AddSingleton<SourceStore>().AddSingleton<SourceTrees>().AddSingleton<BuiltImages>().AddSingleton<IRebuilds, Rebuilds>().AddSingleton<BuildOutputs>().AddSingleton<BuildRunner>().AddSingleton<BuildQueue>().AddSingleton<BuildIntake>();
        services.AddTransient<BuildJob>();
        services.AddQuartz(quartz =>
        {
            quartz.UseDefaultThreadPool(options.BuildConcurrency);
            quartz.UsePersistentStore(store =>
            {
                store.UseSqlite(SqliteFactory.Instance, $"Data Source={options.JobsDatabasePath};Default Timeout=10");
                store.ProvisionSchema();
            });
        });
    }

    private static Platform MakePlatform(IServiceProvider provider) => new(
        provider.GetRequiredService<ControlPlaneOptions>(),
        provider.GetRequiredService<AppStore>(),
        provider.GetRequiredService<ReleaseStore>(),
        provider.GetRequiredService<DeploymentStore>(),
        provider.GetRequiredService<InstanceStore>(),
        provider.GetRequiredService<BuildStore>(),
        provider.GetRequiredService<BuildIntake>(),
        provider.GetRequiredService<ImageBuilds>(),
        provider.GetRequiredService<BuilderSettings>(),
        provider.GetRequiredService<BuildpackSettings>(),
        provider.GetRequiredService<BuildQueue>(),
        provider.GetRequiredService<BuiltImages>(),
        provider.GetRequiredService<Deployer>(),
        provider.GetRequiredService<Reconciler>(),
        provider.GetRequiredService<InstanceTable>(),
        provider.GetRequiredService<AppRestart>(),
        provider.GetRequiredService<AppChanges>(),
        provider.GetRequiredService<GitRepositories>(),
        provider.GetRequiredService<AppDestruction>(),
        provider.GetRequiredService<AppUrls>(),
        provider.GetRequiredService<AppLogs>(),
        provider.GetRequiredService<OneOffs>(),
        provider.GetRequiredService<InstanceExecs>(),
        provider.GetRequiredService<CronRuns>(),
        provider.GetRequiredService<PlatformLog>(),
        provider.GetRequiredService<ImageStore>(),
        provider.GetRequiredService<ImageCatalog>(),
        provider.GetRequiredService<RegistryStore>(),
        provider.GetRequiredService<ImageCleanup>());
}
