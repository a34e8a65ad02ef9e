using Paas.Build.Buildpacks;
using Paas.Build.Choosing;
using Paas.Build.Sources;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.Build.Tests.Choosing;

/// <summary>Buildpacks of a repository that goes away between two builds.</summary>
public sealed class PinnedBuildpackTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RootFact]
    public async Task A_commit_is_fetched_once_and_a_branch_each_time()
    {
        var repository = _directory.Combine("repositories", "one.git");
        var commit = await MakeAsync(repository);
        await using var server = new GitHttpServer(_directory.Combine("repositories"));
        var address = $"{server.Url}/one.git";
        Assert.Equal("me/one 1", (await FetchAsync($"{address}#{commit}:packs/one")).ToString());
        Assert.Equal("me/one 1", (await FetchAsync($"{address}#main:packs/one")).ToString());
        Directory.Delete(repository, recursive: true);
        var again = await FetchAsync($"{address}#{commit}:packs/one");
        Assert.Equal("me/one 1", again.ToString());
        Assert.True(File.Exists(Path.Combine(again.Directory, "bin", "build")));
        Assert.DoesNotContain(_directory.Combine("cache"), again.Directory, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BuildException>(() => FetchAsync($"{address}#main:packs/one"));
        await Assert.ThrowsAsync<BuildException>(() => FetchAsync($"{server.Url}/other.git#{commit}:packs/one"));
    }

    [RootFact]
    public async Task An_archive_is_asked_for_each_time_and_sent_when_it_has_changed()
    {
        await MakeAsync(_directory.Combine("repositories", "one.git"));
        var served = Directory.CreateDirectory(_directory.Combine("served")).FullName;
        using var server = new HttpFileServer(served, AddressOfThisHost());
        var address = $"{server.Address}one.tgz";
        foreach (var version in (string[])["1", "1", "2", "2", "1", "1"])
        {
            await PackAsync(version, Path.Combine(served, "one.tgz"));
            var buildpack = await FetchAsync(address);
            Assert.Equal($"me/one {version}", buildpack.ToString());
            Assert.True(File.Exists(Path.Combine(buildpack.Directory, "bin", "build")));
        }

        Assert.Equal([200, 304, 200, 304, 200, 304], server.Answers);
        File.Delete(Path.Combine(served, "one.tgz"));
        Assert.Contains("HTTP 404", (await Assert.ThrowsAsync<BuildException>(() => FetchAsync(address))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"a\"", -3600, "\"a\"")]
    [InlineData("W/\"a\"", -3600, "W/\"a\"")]
    [InlineData(null, -3600, "modified")]
    [InlineData(null, -1, null)]
    [InlineData(null, null, null)]
    public void What_a_server_says_of_an_archive_is_asked_for_the_next_time(string? tag, int? modified, string? expected)
    {
        var now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        using var response = new HttpResponseMessage();
        response.Headers.Date = now;
        if (tag is not null) response.Headers.TryAddWithoutValidation("ETag", tag);
        if (modified is { } seconds) response.Content.Headers.LastModified = now.AddSeconds(seconds);
        var archives = new KnownArchives(new PinnedBuildpacks(_directory.Combine("cache")));
        var files = Directory.CreateDirectory(_directory.Combine("files")).FullName;
        archives.Keep("https://example.com/x.tgz", response, files, _directory.Path);
        using var request = new HttpRequestMessage();
        archives.Find("https://example.com/x.tgz")?.Condition(request.Headers);
        Assert.Equal(expected == "modified" ? null : expected, request.Headers.IfNoneMatch.FirstOrDefault()?.ToString());
        Assert.Equal(expected == "modified" ? now.AddHours(-1) : null, request.Headers.IfModifiedSince);
        Assert.Null(archives.Find("https://example.com/y.tgz"));
    }

    [Fact]
    public void Old_ones_make_room()
    {
        var pinned = new PinnedBuildpacks(_directory.Combine("cache"), most: 2);
        var kept = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var files = Directory.CreateDirectory(_directory.Combine($"files-{i}")).FullName;
            File.WriteAllText(Path.Combine(files, "bin"), "x");
            kept.Add(pinned.Keep("https://example.com/one.git", $"{i}", files));
            Assert.Equal(kept[^1], pinned.Find("https://example.com/one.git", $"{i}"));
            Directory.SetLastWriteTimeUtc(kept[^1], DateTime.UtcNow - TimeSpan.FromHours(5 - i));
        }

        Assert.Equal([false, false, true, true], kept.Select(Directory.Exists));
        Assert.Null(pinned.Find("https://example.com/one.git", "0"));
        Assert.Null(pinned.Find("https://example.com/two.git", "3"));
        Assert.NotNull(pinned.Find("https://example.com/one.git", "3"));
    }

    private async Task<Buildpack> FetchAsync(string address)
    {
        var scratch = Directory.CreateDirectory(_directory.Combine($"scratch-{Guid.NewGuid():N}")).FullName;
        var fetch = new BuildpackFetch(scratch, 1 << 20, new PinnedBuildpacks(_directory.Combine("cache")));
        return (await fetch.FetchAsync(BuildpackSource.Parse(address), new UntrustedTree(scratch), default))[0];
    }

    private static string AddressOfThisHost() => System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address)
        .First(one => one.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && !System.Net.IPAddress.IsLoopback(one)).ToString();

    private async Task PackAsync(string version, string archive)
    {
        var directory = _directory.Combine("work", "packs", "one");
        await File.WriteAllTextAsync(Path.Combine(directory, "buildpack.toml"), $"api = '0.10'\n[buildpack]\nid = 'me/one'\nversion = '{version}'\n");
        (await new Command("tar", "-C", directory, "--sort=name", "--mtime=@0", "-cf", archive + ".tar", ".").RunAsync()).Succeeded();
        (await new Command("sh", "-c", $"gzip -n <{archive}.tar >{archive}").RunAsync()).Succeeded();
    }

    private async Task<string> MakeAsync(string repository)
    {
        var work = Directory.CreateDirectory(_directory.Combine("work")).FullName;
        Directory.CreateDirectory(Path.Combine(work, "packs", "one", "bin"));
        await File.WriteAllTextAsync(Path.Combine(work, "packs", "one", "buildpack.toml"), "api = '0.10'\n[buildpack]\nid = 'me/one'\nversion = '1'\n");
        await File.WriteAllTextAsync(Path.Combine(work, "packs", "one", "bin", "build"), "#!/bin/sh\n");
        await GitAsync("-C", work, "init", "-q", "-b", "main");
        await GitAsync("-C", work, "add", ".");
        await GitAsync("-C", work, "-c", "user.name=Ada", "-c", "user.email=ada@localhost", "commit", "-qm", "One");
        await GitAsync("clone", "-q", "--bare", work, repository);
        await GitAsync("-C", repository, "config", "uploadpack.allowAnySHA1InWant", "true");
        return await GitAsync("-C", work, "rev-parse", "HEAD");
    }

    private static async Task<string> GitAsync(params string[] arguments) => (await new Command("git", arguments).RunAsync()).Succeeded().Stdout.Trim();
}
