using Paas.Build.Dockerfiles.Building;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Git;
using Paas.ControlPlane.Git.Commits;
using Paas.ControlPlane.Git.Remotes;
using Paas.ControlPlane.Logs;
using Paas.ControlPlane.Reconcile;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Apps;

/// <summary>What an app has on disk beside its rows: repository, logs, build outputs, cache.</summary>
internal sealed class AppFiles(ControlPlaneOptions options, AppStore apps, GitRepositories repositories, DeployKeys keys, PlatformLog platformLog, INode node)
{
    private const string RepositorySuffix = ".git";

    private string[] Parents => [options.BuildsDirectory, options.CacheDirectory, options.LogsDirectory];

    /// <summary>Deletes all of a destroyed app, and what the node keeps for it.</summary>
    internal async Task ForgetAsync(string app, CancellationToken ct)
    {
        await node.ForgetAppAsync(app, ct);
        Remove(app);
    }

    /// <summary>Deletes all of an app's files.</summary>
    internal void Remove(string app)
    {
        platformLog.Forget(app);
        repositories.Remove(app);
        keys.Remove(app);
        foreach (var parent in Parents)
        {
            var directory = Path.Combine(parent, app);
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }

        // Whoever takes the name later must not be given what this app's builds left.
        DockerfileCache.Forget(options.CacheDirectory, app);
    }

    /// <summary>Deletes what an end of paasd in the middle of a destruction, or of a build's step, left. Before any build begins.</summary>
    internal void Sweep()
    {
        var known = apps.List().Select(app => app.Name).Append(AppName.Platform).ToHashSet();
        var repositoryNames = Names(options.GitDirectory)
            .Where(name => name.EndsWith(RepositorySuffix, StringComparison.Ordinal))
            .Select(name => name[..^RepositorySuffix.Length]);
        DockerfileCache.RemoveLeftovers(options.CacheDirectory);
        var mounted = DockerfileCache.AppsWithMounts(options.CacheDirectory);
        foreach (var app in Parents.SelectMany(Names).Concat(repositoryNames).Concat(mounted).Where(name => AppName.IsValid(name) && !known.Contains(name)).ToHashSet())
        {
            Remove(app);
        }

        foreach (var name in Names(options.BuildsDirectory).Where(name => name.StartsWith(CommitBuilds.ScratchPrefix, StringComparison.Ordinal)))
        {
            Directory.Delete(Path.Combine(options.BuildsDirectory, name), recursive: true);
        }
    }

    private static IEnumerable<string> Names(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)) : [];
}
