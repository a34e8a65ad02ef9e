using Paas.Daemon.Git;

namespace Paas.Daemon.Endpoints;

/// <summary>The API: <c>/v1</c>. Everything in it needs an authenticated caller unless it says otherwise.</summary>
internal static class Api
{
    public static void MapApi(this IEndpointRouteBuilder site, DaemonOptions options)
    {
        var api = site.MapGroup("/v1");
        api.MapSystem(options);
        api.MapAccess();
        api.MapSshKeys();
        api.MapGitSessions();
        api.MapGitSettings();
        api.MapBuildpacks();
        api.MapRegistryLogins();
        api.MapGitServers();
        api.MapImageArchives();
        api.MapApps();
        api.MapConfig();
        api.MapFormation();
        api.MapReleases();
        api.MapBuilds();
        api.MapLogs();
        api.MapRun();
        api.MapExec();
        api.MapCron();
        api.MapImages();
        api.MapStacks();
    }
}
