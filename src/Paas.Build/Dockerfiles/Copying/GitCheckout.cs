using Paas.Build.Remotes;
using Paas.Build.Sources;

namespace Paas.Build.Dockerfiles.Copying;

/// <summary>The files of one commit of a repository elsewhere, and of its submodules.</summary>
/// <param name="source">Which.</param>
/// <param name="keepsGitDirectory">True leaves <c>.git</c> among the files.</param>
internal sealed class GitCheckout(GitSource source, bool keepsGitDirectory)
{
    private const int DeepestNesting = 8;
    private const string LinkMode = "160000";

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
        if (source.WithSubmodules && new UntrustedTree(directory).Kind(".gitmodules") is not null) await FetchSubmodulesAsync(address, directory, depth, ct);
        if (!keepsGitDirectory) TreeRemoval.Remove(Path.Combine(directory, ".git"));
        return commit;
    }

    // Not git's own command: it would go wherever the file says, also to this host's services.
    private async Task FetchSubmodulesAsync(RemoteAddress address, string directory, int depth, CancellationToken ct)
    {
        if (depth == DeepestNesting) throw new FormatException($"{source.Address} has submodules more than {DeepestNesting} deep");
        var settings = await SettingsAsync(directory, ct);
        foreach (var (key, path) in settings.Where(setting => setting.Key.EndsWith(".path", StringComparison.Ordinal)))
        {
            // Only what the commit has as a submodule: the file may name anything.
            var entry = (await GitAsync(ct, "-C", directory, "ls-tree", "-z", "HEAD", "--", path)).TrimEnd('\0').Split([' ', '\t'], 4);
            if (entry is not [LinkMode, "commit", var commit, var found] || found != path) continue;
            if (!settings.TryGetValue($"{key[..^".path".Length]}.url", out var url)) throw new FormatException($"the submodule {path} has no url in .gitmodules");
            await FetchAsync(address.Resolve(url), commit, Path.Combine(directory, path), depth + 1, ct);
        }
    }

    private static async Task<Dictionary<string, string>> SettingsAsync(string directory, CancellationToken ct)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in (await GitAsync(ct, "-C", directory, "config", "--blob", "HEAD:.gitmodules", "--list", "-z")).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\n', 2) is [var key, var value]) settings[key] = value;
        }

        return settings;
    }

    private static async Task<string> GitAsync(CancellationToken ct, params string[] arguments)
    {
        var result = await GitProgram.RunAsync(arguments, GitProgram.Configuration([("core.hooksPath", "/dev/null")]), ct);
        return result.ExitCode == 0 ? result.Output : throw new FormatException($"git failed: {result.Errors}");
    }
}
