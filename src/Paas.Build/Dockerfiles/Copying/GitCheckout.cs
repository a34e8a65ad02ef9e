using Paas.Build.Remotes;
using Paas.Build.Sources;

namespace Paas.Build.Dockerfiles.Copying;

/// <summary>The files of one commit of a repository elsewhere, and of its submodules.</summary>
/// <param name="source">Which.</param>
/// <param name="keepsGitDirectory">True leaves <c>.git</c> among the files.</param>
internal sealed class GitCheckout(GitSource source, bool keepsGitDirectory)
{
    private const int DeepestNesting = 8;

    /// <summary>Fetches it.</summary>
    /// <param name="directory">Where; not there yet.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The whole id of the commit.</returns>
    /// <exception cref="FormatException">It cannot be fetched.</exception>
    public async Task<string> FetchAsync(string directory, CancellationToken ct)
    {
        try
        {
            return await FetchAsync(RemoteAddress.Parse(source.Address), source.Ref ?? "HEAD", directory, 0, ct);
        }
        catch (GitRemoteException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private async Task<string> FetchAsync(RemoteAddress address, string reference, string directory, int depth, CancellationToken ct)
    {
        await GitAsync(ct, "init", "-q", directory);
        using (var remote = GitRemote.Anonymous()) await remote.FetchAsync(new GitFetch(Path.Combine(directory, ".git"), address, reference) { IsShallow = true }, ct);
        await GitAsync(ct, "-C", directory, "checkout", "-q", "--detach", "FETCH_HEAD");
        var commit = (await GitAsync(ct, "-C", directory, "rev-parse", "HEAD")).Trim();
        if (source.WithSubmodules && new UntrustedTree(directory).Kind(GitModules.File) is not null) await FetchSubmodulesAsync(address, directory, depth, ct);
        if (!keepsGitDirectory) TreeRemoval.Remove(Path.Combine(directory, ".git"));
        return commit;
    }

    // Not git's own command: it would go wherever the file says, also to this host's services.
    private async Task FetchSubmodulesAsync(RemoteAddress address, string directory, int depth, CancellationToken ct)
    {
        if (depth == DeepestNesting) throw new FormatException($"{source.Address} has submodules more than {DeepestNesting} deep");
        var described = GitModules.Described(await GitAsync(ct, "-C", directory, "config", "--blob", $"HEAD:{GitModules.File}", "--list", "-z"));
        // Only what the commit has as a submodule: the file may name anything.
        foreach (var (path, commit) in GitModules.Links(await GitAsync(ct, "-C", directory, "ls-tree", "-r", "-z", "HEAD")).Where(link => described.ContainsKey(link.Path)))
        {
            var url = described[path] ?? throw new FormatException($"the submodule {path} has no url in {GitModules.File}");
            await FetchAsync(address.Resolve(url), commit, Path.Combine(directory, path), depth + 1, ct);
        }
    }

    private static async Task<string> GitAsync(CancellationToken ct, params string[] arguments)
    {
        var result = await GitProgram.RunAsync(arguments, GitProgram.Configuration([("core.hooksPath", "/dev/null")]), ct);
        return result.ExitCode == 0 ? result.Output : throw new FormatException($"git failed: {result.Errors}");
    }
}
