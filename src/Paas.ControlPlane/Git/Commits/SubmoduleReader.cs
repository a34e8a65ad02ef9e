using Paas.Build.Remotes;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Git.Commits;

/// <summary>A commit of another repository inside a commit (gitsubmodules(7)).</summary>
/// <param name="Path">Where its files belong.</param>
/// <param name="Commit">The commit's id.</param>
/// <param name="Url">As <c>.gitmodules</c> says; null where it does not.</param>
internal sealed record Submodule(string Path, string Commit, string? Url);

/// <summary>Finds a commit's submodules.</summary>
internal static class SubmoduleReader
{
    /// <summary>By path; none where git cannot read the commit.</summary>
    internal static async Task<IReadOnlyList<Submodule>> ReadAsync(GitObjects objects, string commit, CancellationToken ct)
    {
        var env = objects.ForReading();
        var tree = await GitProgram.RunAsync(["ls-tree", "-r", "-z", "--full-tree", commit], env, ct);
        var links = GitModules.Links(tree.Output);
        if (links.Count == 0) return [];
        var described = await GitProgram.RunAsync(["cat-file", "-e", $"{commit}:{GitModules.File}"], env, ct);
        if (described.ExitCode != 0) return [.. links.Select(link => new Submodule(link.Path, link.Commit, null))];
        var config = await GitProgram.RunAsync(["config", "--blob", $"{commit}:{GitModules.File}", "-z", "--list"], env, ct);
        if (config.ExitCode != 0)
            throw new PaasException(ErrorCode.InvalidRequest, $"{GitModules.File} cannot be read: {config.Errors}", "git submodule says what is wrong with it.");
        var urls = GitModules.Urls(config.Output);
        return [.. links.Select(link => new Submodule(link.Path, link.Commit, urls.GetValueOrDefault(link.Path)))];
    }
}
