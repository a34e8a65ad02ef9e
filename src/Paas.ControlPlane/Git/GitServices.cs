using Microsoft.Extensions.DependencyInjection;
using Paas.Contracts.Api;
using Paas.ControlPlane.Access.Logins;
using Paas.ControlPlane.Builds;
using Paas.ControlPlane.Git.Commits;
using Paas.ControlPlane.Git.Remotes;
using Paas.ControlPlane.SourceArchives;

namespace Paas.ControlPlane.Git;

internal static class GitServices
{
    /// <summary>The apps' repositories, and those elsewhere.</summary>
    internal static IServiceCollection AddGit(this IServiceCollection services, ControlPlaneOptions options)
    {
        services.AddSingleton<GitRepositories>().AddSingleton<RepositoryUpkeep>().AddSingleton<GitSettings>().AddSingleton<ArchiveDeploys>();
        services.AddSingleton<DeployKeys>().AddSingleton<KnownHosts>();
        var logins = new SealedLogins(options.DataDirectory, "git-servers", "paas git:auth {0} {1}");
        services.AddSingleton(provider => new RemoteAccounts(logins, provider.GetRequiredService<DeployKeys>(), provider.GetRequiredService<KnownHosts>()));
        services.AddSingleton<IGitServers>(provider => new GitServerDesk(logins, provider.GetRequiredService<KnownHosts>(), provider.GetRequiredService<TimeProvider>()));
        return services.AddSingleton<Submodules>().AddSingleton<CommitBuilds>().AddSingleton<SubmitSource>(provider => provider.GetRequiredService<BuildIntake>().SubmitAsync).AddSingleton<SubmitTree>(provider => provider.GetRequiredService<BuildIntake>().SubmitKnown).AddSingleton<GitSync>().AddSingleton<IGit, GitDesk>();
    }
}
