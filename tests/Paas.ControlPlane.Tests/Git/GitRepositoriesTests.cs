using System.Diagnostics;
using Paas.ControlPlane.Git;
using Paas.Testing;

namespace Paas.ControlPlane.Tests.Git;

public sealed class GitRepositoriesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly GitRepositories _repositories;

    public GitRepositoriesTests() => _repositories = new GitRepositories(new ControlPlaneOptions
    {
        DataDirectory = _directory.Combine("data"),
        RunDirectory = _directory.Path,
        ProgramsDirectory = _directory.Combine("it's programs"),
        MaxPushBytes = 100_000,
    });

    public void Dispose()
    {
        _repositories.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_push_runs_the_hook_and_its_commit_can_be_read()
    {
        WriteHook("cat >&2\nexit 0\n");
        var repository = await _repositories.EnsureAsync("hello");
        var work = Work(("app.js", "hello"));
        Assert.Equal(0, Git(work, "push", "--quiet", repository, "HEAD:refs/heads/trunk"));

        var id = _repositories.Branches("hello")["trunk"];
        var commit = _repositories.FindCommit("hello", id)!;
        Assert.Equal((id, "First\n".Trim(), "Ada"), (commit.Id, commit.Message, commit.Author));
        Assert.Null(_repositories.FindCommit("hello", new string('0', 39) + "1"));
        await _repositories.SetHeadAsync("hello", "trunk", CancellationToken.None);
        Assert.Equal("ref: refs/heads/trunk\n", await File.ReadAllTextAsync(Path.Combine(repository, "HEAD")));
    }

    [Fact]
    public async Task A_hook_that_fails_refuses_the_push_and_nothing_is_left_of_it()
    {
        WriteHook("exit 1\n");
        var repository = await _repositories.EnsureAsync("hello");
        Assert.NotEqual(0, Git(Work(("app.js", "hello")), "push", "--quiet", repository, "HEAD:refs/heads/main"));
        Assert.Empty(_repositories.Branches("hello"));
    }

    [Fact]
    public async Task A_push_over_the_limit_is_refused()
    {
        WriteHook("exit 0\n");
        var repository = await _repositories.EnsureAsync("hello");
        var noise = new byte[200_000];
        new Random(1).NextBytes(noise);
        Assert.NotEqual(0, Git(Work(("noise", Convert.ToBase64String(noise))), "push", "--quiet", repository, "HEAD:refs/heads/main"));
        Assert.Empty(_repositories.Branches("hello"));
    }

    [Fact]
    public async Task Making_it_again_keeps_it_and_many_at_once_make_one()
    {
        var paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _repositories.EnsureAsync("hello")));
        Assert.Single(paths.Distinct());
        var marker = Path.Combine(paths[0], "marker");
        await File.WriteAllTextAsync(marker, "");
        await _repositories.EnsureAsync("hello");
        Assert.True(File.Exists(marker));
        _repositories.Remove("hello");
        Assert.False(Directory.Exists(paths[0]));
        Assert.Empty(_repositories.Branches("hello"));
    }

    private void WriteHook(string script)
    {
        var program = _directory.Combine("it's programs", "bin", "paas");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.WriteAllText(program, "#!/bin/sh\n[ \"$1\" = hook ] || exit 9\n" + script);
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
    }

    private string Work(params (string Name, string Content)[] files)
    {
        var work = Directory.CreateDirectory(_directory.Combine("work")).FullName;
        foreach (var (name, content) in files) File.WriteAllText(Path.Combine(work, name), content);
        Assert.Equal(0, Git(work, "init", "--quiet"));
        Assert.Equal(0, Git(work, "add", "."));
        Assert.Equal(0, Git(work, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "-m", "First\n\nMore."));
        return work;
    }

    private static int Git(string directory, params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = directory, RedirectStandardError = true })!;
        git.StandardError.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode;
    }
}
