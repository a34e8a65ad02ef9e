using System.Security.Cryptography;
using System.Text;
using Paas.Build.Remotes;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Git.Remotes;

namespace Paas.ControlPlane.Git.Commits;

/// <summary>A submodule whose commit is on this host.</summary>
/// <param name="Path">From the root of the outermost repository.</param>
/// <param name="Commit">The commit's id.</param>
/// <param name="Repository">What has it.</param>
internal sealed record FetchedSubmodule(string Path, string Commit, string Repository);

/// <summary>Fetches what a commit's submodules name. What was fetched once is kept beside the app's repository.</summary>
internal sealed class Submodules(ControlPlaneOptions options, GitRepositories repositories, RemoteAccounts accounts)
{
    private const int Most = 100;
    private const int Deepest = 8;

    /// <summary>Fetches the submodules of a commit and theirs.</summary>
    /// <param name="app">Whose key is used.</param>
    /// <param name="objects">Where the commit is.</param>
    /// <param name="commit">Its id.</param>
    /// <param name="origin">Where it came from, for addresses that are relative to that; null where nobody said.</param>
    /// <param name="say">Is told what is fetched.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="PaasException">One cannot be fetched.</exception>
    internal async Task<IReadOnlyList<FetchedSubmodule>> FetchAsync(string app, GitObjects objects, string commit, RemoteAddress? origin, Action<string> say, CancellationToken ct)
    {
        var fetched = new List<FetchedSubmodule>();
        var pending = new Queue<(GitObjects Objects, string Commit, string Prefix, RemoteAddress? Origin, int Depth)>([(objects, commit, "", origin, 0)]);
        while (pending.TryDequeue(out var parent))
        {
            foreach (var module in await SubmoduleReader.ReadAsync(parent.Objects, parent.Commit, ct))
            {
                var path = parent.Prefix + module.Path;
                if (module.Url is null)
                {
                    say($" !     {path} is another repository's commit, without an address in .gitmodules: its directory is empty in the build");
                    say("       To commit its files instead: git rm --cached it, remove its .git, git add it");
                    continue;
                }

                if (fetched.Count == Most || parent.Depth == Deepest) throw new PaasException(ErrorCode.TooLarge, $"more than {Most} submodules, or {Deepest} inside each other, are not fetched");
                var address = AddressOf(module, path, parent.Origin);
                var repository = await FetchAsync(app, address, module, path, say, ct);
                fetched.Add(new FetchedSubmodule(path, module.Commit, repository));
                pending.Enqueue((new GitObjects(repository, []), module.Commit, path + "/", address, parent.Depth + 1));
            }
        }

        return fetched;
    }

    private static RemoteAddress AddressOf(Submodule module, string path, RemoteAddress? origin)
    {
        try
        {
            if (!RemoteAddress.IsRelative(module.Url!)) return RemoteAddress.Parse(module.Url!);
            return origin?.Resolve(module.Url!) ?? throw new PaasException(
                ErrorCode.InvalidRequest, $"submodule {path} is at {module.Url}, relative to where this repository came from, which a push does not say",
                $"Write its whole address: git submodule set-url {path} https://… Or let the server fetch all of it: paas git:sync --build APP URL");
        }
        catch (GitRemoteException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"submodule {path}: {error.Message}", $"Correct it: git submodule set-url {path} URL. Or send the checkout with its files: paas deploy", error);
        }
    }

    private async Task<string> FetchAsync(string app, RemoteAddress address, Submodule module, string path, Action<string> say, CancellationToken ct)
    {
        var repository = Path.Combine(repositories.ModulesOf(app), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.Url)))[..32] + ".git");
        var objects = new GitObjects(repository, []);
        if (Directory.Exists(repository) && await HasAsync(objects, module.Commit, ct)) return repository;
        say($"-----> Fetching submodule {path}");
        say($"       {address}");
        await repositories.EnsureBareAsync(repository, ct);
        using var remote = accounts.For(app);
        try
        {
            await FetchAsync(remote, new GitFetch(repository, address, module.Commit) { Into = $"refs/paas/{module.Commit}", IsShallow = true, MaximumBytes = options.MaxPushBytes }, ct);
            if (await HasAsync(objects, module.Commit, ct)) return repository;
            throw new GitRemoteException(GitRemoteFailure.NoSuchRef, $"{address} has no commit {module.Commit}");
        }
        catch (GitRemoteException error)
        {
            var hint = error.Failure == GitRemoteFailure.NoSuchRef ? $"Was it pushed there? In {path}: git push" : RemoteAccounts.Advice(error, address, app);
            throw new PaasException(ErrorCode.InvalidRequest, $"submodule {path}: {error.Message}", $"{hint} Or send the checkout with its files: paas deploy", error);
        }
    }

    // Not every server gives out any commit that it is asked for.
    private static async Task FetchAsync(GitRemote remote, GitFetch fetch, CancellationToken ct)
    {
        try
        {
            await remote.FetchAsync(fetch, ct);
        }
        catch (GitRemoteException error) when (error.Failure == GitRemoteFailure.NoSuchRef)
        {
            await remote.FetchAsync(fetch with { Ref = "HEAD", Into = "refs/paas/HEAD", IsShallow = false }, ct);
        }
    }

    private static async Task<bool> HasAsync(GitObjects objects, string commit, CancellationToken ct) =>
        (await GitProgram.RunAsync(["cat-file", "-e", $"{commit}^{{tree}}"], objects.ForReading(), ct)).ExitCode == 0;
}
