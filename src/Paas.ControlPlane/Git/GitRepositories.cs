using LibGit2Sharp;
using Paas.Build.Remotes;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Git.Commits;

namespace Paas.ControlPlane.Git;

/// <summary>A commit, as people want to see it.</summary>
/// <param name="Id">Full object id.</param>
/// <param name="Message">First line of the message.</param>
/// <param name="Author">Name of the author.</param>
/// <param name="At">When it was written.</param>
public sealed record CommitInfo(string Id, string Message, string Author, DateTimeOffset At);

/// <summary>
/// The bare repository of each app, <c>git/&lt;app&gt;.git</c>. Pushes come in by <c>git receive-pack</c>, whose pre-receive hook
/// is <c>paas hook</c>; this class makes, reads and removes the repositories.
/// </summary>
public sealed class GitRepositories : IDisposable
{
    private readonly ControlPlaneOptions _options;
    private readonly SemaphoreSlim _making = new(1, 1);

    public GitRepositories(ControlPlaneOptions options) => _options = options;

    /// <summary>Directory of the hooks of every repository.</summary>
    public string HooksDirectory => Path.Combine(_options.GitDirectory, "hooks");

    /// <summary>Where an app's repository is, or would be.</summary>
    public string PathOf(string app) => Path.Combine(_options.GitDirectory, app + ".git");

    /// <summary>Where the repositories are that the app's submodules name.</summary>
    public string ModulesOf(string app) => Path.Combine(_options.GitDirectory, app + ".modules");

    /// <summary>Makes the app's repository if there is none, brings its configuration up to date, and returns its path.</summary>
    public async Task<string> EnsureAsync(string app, CancellationToken ct = default)
    {
        var path = PathOf(app);
        await _making.WaitAsync(ct);
        try
        {
            WriteHooks();
            await MakeAsync(path, ct);
            Configure(path);
        }
        finally
        {
            _making.Release();
        }

        return path;
    }

    /// <summary>A commit of the app, or null where the repository does not have it (a push still in quarantine).</summary>
    public CommitInfo? FindCommit(string app, string id)
    {
        var path = PathOf(app);
        if (!Directory.Exists(path)) return null;
        SystemLibGit2.Use(EmptyDirectory());
        using var repository = new Repository(path);
        return repository.Lookup<Commit>(id) is { } commit
            ? new CommitInfo(commit.Sha, commit.MessageShort, commit.Author.Name, commit.Author.When)
            : null;
    }

    /// <summary>Branches of the app's repository and the commits they point to.</summary>
    public IReadOnlyDictionary<string, string> Branches(string app)
    {
        var path = PathOf(app);
        if (!Directory.Exists(path)) return new Dictionary<string, string>();
        SystemLibGit2.Use(EmptyDirectory());
        using var repository = new Repository(path);
        return repository.Branches.Where(branch => branch.Tip is not null).ToDictionary(branch => branch.FriendlyName, branch => branch.Tip.Sha);
    }

    /// <summary>The files in which two commits differ; null where the repository does not have the second.</summary>
    /// <param name="app">The app.</param>
    /// <param name="from">What to compare with; null, and one that is not there, is the commit's first parent.</param>
    /// <param name="to">The commit.</param>
    /// <param name="most">How many files are named.</param>
    public BuildChangesDocument? Changes(string app, string? from, string to, int most)
    {
        var path = PathOf(app);
        if (!Directory.Exists(path)) return null;
        SystemLibGit2.Use(EmptyDirectory());
        using var repository = new Repository(path);
        if (repository.Lookup<Commit>(to) is not { } commit) return null;
        // Behind the end of a shallow clone there is nothing to look up.
        var before = (from is null ? null : repository.Lookup<Commit>(from))
            ?? FirstParent(commit);
        using var changes = repository.Diff.Compare<TreeChanges>(before?.Tree, commit.Tree);
        return new BuildChangesDocument(before?.Sha, changes.Count, [.. changes.OrderBy(change => change.Path, StringComparer.Ordinal).Take(most).Select(Described)]);
    }

    /// <summary>Makes a branch the one that a clone checks out.</summary>
    public async Task SetHeadAsync(string app, string branch, CancellationToken ct) =>
        await GitAsync(["--git-dir", PathOf(app), "symbolic-ref", "HEAD", "refs/heads/" + branch], ct);

    /// <summary>Deletes the app's repository.</summary>
    public void Remove(string app)
    {
        foreach (var path in new[] { PathOf(app), ModulesOf(app) })
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>Every repository: those of the apps, and those of their submodules.</summary>
    internal IReadOnlyList<string> All()
    {
        if (!Directory.Exists(_options.GitDirectory)) return [];
        return [.. Directory.EnumerateDirectories(_options.GitDirectory)
            .SelectMany(path => path.EndsWith(".modules", StringComparison.Ordinal) ? Directory.EnumerateDirectories(path) : [path])
            .Where(path => path.EndsWith(".git", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Makes a bare repository where none is.</summary>
    internal async Task EnsureBareAsync(string path, CancellationToken ct)
    {
        await _making.WaitAsync(ct);
        try
        {
            await MakeAsync(path, ct);
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>Moves a branch.</summary>
    internal async Task SetBranchAsync(string app, string branch, string commit, CancellationToken ct) =>
        await GitAsync(["--git-dir", PathOf(app), "update-ref", "refs/heads/" + branch, commit], ct);

    /// <summary>The commit that a ref leads to; null where there is none.</summary>
    internal async Task<string?> ResolveAsync(string app, string name, CancellationToken ct)
    {
        var result = await GitProgram.RunAsync(["rev-parse", "--quiet", "--verify", "--end-of-options", name + "^{commit}"], new GitObjects(PathOf(app), []).ForReading(), ct);
        return result.ExitCode == 0 ? result.Output.Trim() : null;
    }

    /// <summary>Deletes a ref that has served its purpose.</summary>
    internal async Task DropAsync(string app, string name) => await GitAsync(["--git-dir", PathOf(app), "update-ref", "-d", name], CancellationToken.None);

    /// <inheritdoc/>
    public void Dispose() => _making.Dispose();

    private static Commit? FirstParent(Commit commit)
    {
        try
        {
            return commit.Parents.FirstOrDefault();
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    private static ChangedFile Described(TreeEntryChanges change) => change.Status switch
    {
        ChangeKind.Added or ChangeKind.Copied => new(change.Path, FileChange.Added),
        ChangeKind.Deleted => new(change.Path, FileChange.Removed),
        ChangeKind.Renamed => new(change.Path, FileChange.Changed, change.OldPath),
        _ => new(change.Path, FileChange.Changed),
    };

    // One at a time, so that the name aside is the same after a crash, and what a crash left there goes.
    private async Task MakeAsync(string path, CancellationToken ct)
    {
        if (File.Exists(Path.Combine(path, "HEAD"))) return;
        // Made aside and renamed: a repository is there whole or not at all.
        var making = path + ".making";
        if (Directory.Exists(making)) Directory.Delete(making, recursive: true);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await GitAsync(["init", "--quiet", "--bare", "--template=", "--initial-branch=main", making], ct);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        Directory.Move(making, path);
    }

    private void Configure(string path)
    {
        // A push does not wait for its repository to be tidied: RepositoryUpkeep does that.
        // Old mistakes that other tools made in long histories are harmless; refusing them would refuse the whole history.
        var text = $"""
            [core]
              repositoryformatversion = 0
              filemode = true
              bare = true
              hooksPath = "{HooksDirectory.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}"
            [receive]
              maxInputSize = {_options.MaxPushBytes}
              fsckObjects = true
              denyDeleteCurrent = warn
              shallowUpdate = true
              autogc = false
            [receive "fsck"]
              zeroPaddedFilemode = ignore
              missingSpaceBeforeDate = ignore
              badTimezone = ignore
            [http]
              receivepack = true
            [transfer]
              hideRefs = refs/paas

            """;
        WriteIfChanged(Path.Combine(path, "config"), text, executable: false);
        // An archive of a commit is its files as they are: export-ignore and export-subst are for releases of the project itself
        // (gitattributes(5)). This file is stronger than those of a commit.
        Directory.CreateDirectory(Path.Combine(path, "info"));
        WriteIfChanged(Path.Combine(path, "info", "attributes"), "* -export-ignore -export-subst\n", executable: false);
    }

    private void WriteHooks()
    {
        Directory.CreateDirectory(HooksDirectory);
        var hook = Path.Combine(HooksDirectory, "pre-receive");
        var text = $"#!/bin/sh\nexec '{_options.CliProgram.Replace("'", "'\\''", StringComparison.Ordinal)}' hook\n";
        WriteIfChanged(hook, text, executable: true);
    }

    private static void WriteIfChanged(string path, string text, bool executable)
    {
        if (File.Exists(path) && File.ReadAllText(path) == text) return;
        var temporary = path + ".new";
        File.WriteAllText(temporary, text);
        if (executable) File.SetUnixFileMode(temporary, (UnixFileMode)0b111_101_101);
        File.Move(temporary, path, overwrite: true);
    }

    private string EmptyDirectory() => Directory.CreateDirectory(Path.Combine(_options.GitDirectory, ".no-config")).FullName;

    private async Task GitAsync(string[] arguments, CancellationToken ct)
    {
        Directory.CreateDirectory(_options.GitDirectory);
        var result = await GitProgram.RunAsync(arguments, new Dictionary<string, string>(), ct);
        if (result.ExitCode != 0) throw new PaasException(ErrorCode.Internal, $"git {arguments[0]} failed: {result.Errors}");
    }
}
