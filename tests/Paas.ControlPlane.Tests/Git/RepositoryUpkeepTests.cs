using Microsoft.Extensions.Logging.Abstractions;
using Paas.ControlPlane.Git;
using Paas.Testing;

namespace Paas.ControlPlane.Tests.Git;

public sealed class RepositoryUpkeepTests : IDisposable
{
    private const int Fetches = 12;

    private readonly TemporaryDirectory _directory = new();
    private readonly GitRepositories _repositories;

    public RepositoryUpkeepTests() => _repositories = new GitRepositories(new ControlPlaneOptions
    {
        DataDirectory = _directory.Combine("data"), RunDirectory = _directory.Path, ProgramsDirectory = "/opt/paas",
    });

    public void Dispose()
    {
        _repositories.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Packs_of_many_fetches_become_one_and_every_commit_stays()
    {
        var (repository, module) = (await _repositories.EnsureAsync("hello"), Path.Combine(_repositories.ModulesOf("hello"), "one.git"));
        await _repositories.EnsureBareAsync(module, default);
        Assert.Equal([repository, module], _repositories.All());
        var commits = await FetchManyAsync(repository);
        Assert.Equal(Fetches, Packs(repository).Length);
        var upkeep = new RepositoryUpkeep(_repositories, NullLogger<RepositoryUpkeep>.Instance);
        await upkeep.RunAsync(default);
        Assert.Single(Packs(repository));
        foreach (var commit in commits) await GitAsync(repository, "cat-file", "-e", $"{commit}^{{tree}}");
        var tidy = Packs(repository);
        Assert.Equal((0, 0L), await upkeep.RunAsync(default));
        Assert.Equal(tidy, Packs(repository));
    }

    private async Task<List<string>> FetchManyAsync(string repository)
    {
        var work = Directory.CreateDirectory(_directory.Combine("work")).FullName;
        await GitAsync(work, "init", "--quiet", "--initial-branch=main");
        var commits = new List<string>();
        for (var i = 0; i < Fetches; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(work, "app.js"), $"version {i}");
            await GitAsync(work, "add", ".");
            await GitAsync(work, "-c", "user.name=Ada", "-c", "user.email=ada@localhost", "commit", "--quiet", "-m", $"Version {i}");
            commits.Add(await GitAsync(work, "rev-parse", "HEAD"));
            await GitAsync(repository, "-c", "fetch.unpackLimit=1", "fetch", "--quiet", "--no-auto-gc", work, "+main:refs/heads/main");
        }

        return commits;
    }

    private static string[] Packs(string repository) => Directory.GetFiles(Path.Combine(repository, "objects", "pack"), "*.pack");

    private static async Task<string> GitAsync(string directory, params string[] arguments)
    {
        var result = await new Command("git", ["-C", directory, .. arguments]).RunAsync();
        Assert.True(result.ExitCode == 0, result.Stderr);
        return result.Stdout.Trim();
    }
}
