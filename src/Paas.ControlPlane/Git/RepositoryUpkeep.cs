using Microsoft.Extensions.Logging;
using Paas.Build.Remotes;
using Paas.ControlPlane.Git.Commits;
using Paas.Images;

namespace Paas.ControlPlane.Git;

/// <summary>
/// Packs what pushes and fetches leave in the repositories, and drops what nothing has led to for two weeks: <c>git gc --auto</c>
/// (git-gc(1)), which looks first and mostly has nothing to do. One at a time, on one processor, each for so long and no longer.
/// </summary>
internal sealed partial class RepositoryUpkeep(GitRepositories repositories, ILogger<RepositoryUpkeep> log)
{
    private const string LooseObjects = "1000";
    private const string Packs = "10";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // What a push brings is in nobody's reach until its deployment is over, which takes hours at most.
    private static readonly (string, string)[] Configuration =
    [
        ("gc.auto", LooseObjects), ("gc.autoPackLimit", Packs), ("gc.autoDetach", "false"), ("gc.pruneExpire", "2.weeks.ago"),
        ("pack.threads", "1"), ("pack.windowMemory", "64m"), ("core.hooksPath", "/dev/null"),
    ];

    /// <summary>Goes through all of them.</summary>
    /// <returns>How many became smaller, and by how many bytes.</returns>
    internal async Task<(int Count, long Bytes)> RunAsync(CancellationToken ct)
    {
        var (count, bytes) = (0, 0L);
        foreach (var repository in repositories.All())
        {
            ct.ThrowIfCancellationRequested();
            var saved = await TidyAsync(repository, ct);
            if (saved <= 0) continue;
            (count, bytes) = (count + 1, bytes + saved);
        }

        return (count, bytes);
    }

    private async Task<long> TidyAsync(string repository, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            var before = TreeSize.Of(Path.Combine(repository, "objects"));
            var environment = GitProgram.Configuration(Configuration);
            foreach (var (name, value) in new GitObjects(repository, []).ForReading()) environment[name] = value;
            var result = await GitProgram.RunAsync(["gc", "--auto", "--quiet"], environment, limit.Token);
            if (result.ExitCode != 0) LogFailed(repository, result.Errors);
            return before - TreeSize.Of(Path.Combine(repository, "objects"));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            LogFailed(repository, $"not done after {Patience.TotalMinutes:0} minutes");
            return 0;
        }
        catch (IOException)
        {
            // Its app is being destroyed.
            return 0;
        }
    }

    [LoggerMessage(2603, LogLevel.Warning, "{Repository} could not be tidied: {Why}")]
    private partial void LogFailed(string repository, string why);
}
