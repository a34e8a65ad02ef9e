using System.Diagnostics;
using LibGit2Sharp;
using Paas.Contracts.Errors;

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

    /// <summary>Makes the app's repository if there is none, brings its configuration up to date, and returns its path.</summary>
    public async Task<string> EnsureAsync(string app, CancellationToken ct = default)
    {
        var path = PathOf(app);
        await _making.WaitAsync(ct);
        try
        {
            WriteHooks();
            if (!File.Exists(Path.Combine(path, "HEAD"))) await MakeAsync(path, ct);
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

    /// <summary>Makes a branch the one that a clone checks out.</summary>
    public async Task SetHeadAsync(string app, string branch, CancellationToken ct) =>
        await GitAsync(["--git-dir", PathOf(app), "symbolic-ref", "HEAD", "refs/heads/" + branch], ct);

    /// <summary>Deletes the app's repository.</summary>
    public void Remove(string app)
    {
        if (Directory.Exists(PathOf(app))) Directory.Delete(PathOf(app), recursive: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _making.Dispose();

    private async Task MakeAsync(string path, CancellationToken ct)
    {
        // Made aside and renamed: a repository is there whole or not at all.
        var making = path + ".making";
        if (Directory.Exists(making)) Directory.Delete(making, recursive: true);
        await GitAsync(["init", "--quiet", "--bare", "--template=", "--initial-branch=main", making], ct);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        Directory.Move(making, path);
    }

    private void Configure(string path)
    {
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
            [receive "fsck"]
              zeroPaddedFilemode = ignore
              missingSpaceBeforeDate = ignore
              badTimezone = ignore
            [http]
              receivepack = true

            """;
        WriteIfChanged(Path.Combine(path, "config"), text, executable: false);
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
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _options.GitDirectory };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var git = Process.Start(start) ?? throw new PaasException(ErrorCode.Internal, "git could not be started", "On Debian: apt-get install git");
        var output = git.StandardOutput.ReadToEndAsync(ct);
        var errors = await git.StandardError.ReadToEndAsync(ct);
        await git.WaitForExitAsync(ct);
        await output;
        if (git.ExitCode != 0) throw new PaasException(ErrorCode.Internal, $"git {arguments[0]} failed: {errors.Trim()}");
    }
}
