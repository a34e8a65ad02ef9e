using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Paas.Build.Remotes;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Builds;

namespace Paas.ControlPlane.Git.Commits;

/// <summary>Builds and deploys commits of the apps' repositories: their files as they are committed, and those of their submodules.</summary>
internal sealed class CommitBuilds(ControlPlaneOptions options, GitRepositories repositories, Submodules submodules, SubmitSource submit, SubmitTree again)
{
    /// <summary>What the directories in which submodules are joined begin with.</summary>
    internal const string ScratchPrefix = ".commit-";

    /// <param name="app">An app that exists.</param>
    /// <param name="request">Which commit.</param>
    /// <param name="origin">Where it came from, where that is known.</param>
    /// <param name="ct">Ends this reading; a build that has begun goes on.</param>
    /// <exception cref="PaasException">InvalidRequest for what is no commit, and for one whose submodules cannot be fetched.</exception>
    internal async IAsyncEnumerable<BuildEvent> BuildAsync(string app, CommitBuildRequest request, RemoteAddress? origin, [EnumeratorCancellation] CancellationToken ct)
    {
        var objects = CommitReader.Objects(await repositories.EnsureAsync(app, ct), request.Quarantine);
        var (source, tree) = await CommitReader.ReadAsync(objects, request.Commit, request.Branch, ct);
        if (again(app, source, tree, ct) is { } known)
        {
            // The same files, also those of its submodules, whose commits the tree names: they need not be packed again.
            await foreach (var step in known) yield return step;
            yield break;
        }

        var scratch = Directory.CreateDirectory(Path.Combine(options.BuildsDirectory, $"{ScratchPrefix}{Guid.NewGuid():N}")).FullName;
        try
        {
            var fetched = new List<FetchedSubmodule>();
            await foreach (var line in FetchAsync(app, objects, source.Commit!, origin, fetched, ct)) yield return new BuildEvent(line);
            await using var tar = fetched.Count == 0
                ? SourceArchive.Of(source.Commit!, objects.ForReading())
                : await JoinedAsync(objects, source.Commit!, fetched, scratch, ct);
            await foreach (var step in submit(app, source, tree, tar, ct)) yield return step;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private async IAsyncEnumerable<string> FetchAsync(
        string app, GitObjects objects, string commit, RemoteAddress? origin, List<FetchedSubmodule> fetched, [EnumeratorCancellation] CancellationToken ct)
    {
        var lines = Channel.CreateUnbounded<string>();
        var fetching = Task.Run(
            async () =>
            {
                try
                {
                    fetched.AddRange(await submodules.FetchAsync(app, objects, commit, origin, line => lines.Writer.TryWrite(line), ct));
                }
                finally
                {
                    lines.Writer.Complete();
                }
            },
            ct);
        await foreach (var line in lines.Reader.ReadAllAsync(ct)) yield return line;
        await fetching;
    }

    /// <summary>The commit with the files of its submodules in their places, as git itself joins trees; its time stays what it was.</summary>
    private static async Task<SourceArchive> JoinedAsync(GitObjects objects, string commit, List<FetchedSubmodule> modules, string scratch, CancellationToken ct)
    {
        var all = objects with { Others = [.. objects.Others, .. modules.Select(module => Path.Combine(module.Repository, "objects")).Distinct(StringComparer.Ordinal)] };
        var env = all.ForWriting(scratch);
        await GitAsync(["read-tree", commit]);
        foreach (var module in modules)
        {
            await GitAsync(["update-index", "--force-remove", "--", module.Path]);
            await GitAsync(["read-tree", $"--prefix={module.Path}/", $"{module.Commit}^{{tree}}"]);
        }

        var tree = await GitAsync(["write-tree"]);
        var date = await GitAsync(["log", "--no-walk", "--format=%cd", "--date=raw", commit]);
        foreach (var role in new[] { "AUTHOR", "COMMITTER" }) (env[$"GIT_{role}_NAME"], env[$"GIT_{role}_EMAIL"], env[$"GIT_{role}_DATE"]) = ("paas", "paas@localhost", date);
        return SourceArchive.Of(await GitAsync(["commit-tree", "-m", commit, tree]), env);

        async Task<string> GitAsync(string[] arguments)
        {
            var result = await GitProgram.RunAsync(arguments, env, ct);
            return result.ExitCode == 0 ? result.Output.Trim() : throw new PaasException(ErrorCode.Internal, $"git {arguments[0]} failed: {result.Errors}");
        }
    }
}
