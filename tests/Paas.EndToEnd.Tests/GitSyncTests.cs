using System.Text.Json;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>What comes from other git servers: whole apps, and the submodules of those that are pushed.</summary>
[Collection(ServerCollection.Name)]
public sealed class GitSyncTests(ServerFixture fixture, ITestOutputHelper output) : IAsyncLifetime
{
    private readonly TemporaryDirectory _work = new();
    private GitHttpServer _elsewhere = null!;

    private PaasServer Server => fixture.Server;

    public async Task InitializeAsync()
    {
        _elsewhere = new GitHttpServer(_work.Path);
        await MakeAsync("inner", () => File.WriteAllTextAsync(_work.Combine("inner", "inner.txt"), "inner"));
        await MakeAsync("lib", async () =>
        {
            await File.WriteAllTextAsync(_work.Combine("lib", "lib.txt"), "lib");
            // Relative to where lib comes from.
            (await GitAsync("lib", "submodule", "--quiet", "add", $"{_elsewhere.Url}/inner", "deep/inner")).Succeeded();
            (await GitAsync("lib", "submodule", "--quiet", "set-url", "deep/inner", "../inner")).Succeeded();
        });
        await MakeAsync("site", () => new Command("cp", "-R", Path.Combine(Repository.Root, "tests/apps/static") + "/.", _work.Combine("site")).RunAsync());
    }

    public async Task DisposeAsync()
    {
        await _elsewhere.DisposeAsync();
        _work.Dispose();
    }

    [RootFact]
    public async Task A_push_is_built_with_the_files_of_its_submodules_and_theirs()
    {
        await using var app = await AppCheckout.CreateAsync(Server, "static", "parent");
        (await Server.GitAsync(app.Directory, "submodule", "--quiet", "add", $"{_elsewhere.Url}/away/lib", "lib")).Succeeded();
        await app.CommitAsync("With a submodule");
        var first = (await app.PushAsync()).Succeeded();
        output.WriteLine(first.Output);
        Assert.Contains("Fetching submodule lib/deep/inner", first.Stderr, StringComparison.Ordinal);
        Assert.Equal("lib", (await app.GetAsync("/lib/lib.txt")).Body);
        Assert.Equal("inner", (await app.GetAsync("/lib/deep/inner/inner.txt")).Body);

        // What is here already is not asked for again.
        await app.CommitAsync("Another");
        Assert.DoesNotContain("Fetching submodule", (await app.PushAsync()).Succeeded().Stderr, StringComparison.Ordinal);

        (await Server.GitAsync(app.Directory, "submodule", "set-url", "lib", "/srv/lib")).Succeeded();
        await app.CommitAsync("Nowhere");
        var refused = await app.PushAsync();
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("submodule lib: '/srv/lib' is no address", refused.Stderr, StringComparison.Ordinal);
        Assert.Contains("paas deploy", refused.Stderr, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task An_app_follows_a_repository_elsewhere()
    {
        (await Server.PaasAsync("create", "synced", "--no-remote")).Succeeded();
        try
        {
            var url = $"{_elsewhere.Url}/site";
            var fetched = (await Server.PaasAsync("git:sync", "synced", url)).Succeeded();
            Assert.Contains("Not built", fetched.Stdout, StringComparison.Ordinal);
            Assert.Equal(0, await BuildCountAsync("synced"));

            // The branch has not moved since, so nothing is built for a change; on demand it is.
            Assert.Contains("Nothing to build", (await Server.PaasAsync("git:sync", "--build-if-changes", "synced", url)).Succeeded().Stdout, StringComparison.Ordinal);
            var built = (await Server.PaasAsync("git:sync", "--build", "synced", url)).Succeeded();
            output.WriteLine(built.Output);
            Assert.Contains("=====> Application deployed:", built.Stdout, StringComparison.Ordinal);
            Assert.Contains("<html", (await Server.Visitor.GetAsync("synced.localhost", "/")).Body, StringComparison.OrdinalIgnoreCase);

            await File.WriteAllTextAsync(_work.Combine("site", "second.txt"), "second");
            var commit = await CommitAsync("site");
            (await Server.PaasAsync("git:sync", "--build-if-changes", "synced", url)).Succeeded();
            Assert.Equal("second", (await Server.Visitor.GetAsync("synced.localhost", "/second.txt")).Body);
            Assert.Equal(commit, (await Server.PaasAsync("config:get", "-a", "synced", "GIT_REV")).Succeeded().Stdout.Trim());

            // A build that fails leaves the branch where it was.
            await File.WriteAllTextAsync(_work.Combine("site", "Procfile"), "not a line\n");
            await CommitAsync("site");
            Assert.Equal(1, (await Server.PaasAsync("git:sync", "--build-if-changes", "synced", url)).ExitCode);
            var report = JsonDocument.Parse((await Server.PaasAsync("git:report", "synced", "--json")).Succeeded().Stdout).RootElement;
            Assert.Equal(commit, report.GetProperty("branches").GetProperty("main").GetString());
            (await Server.PaasAsync("git:sync", "--build", "synced", url, commit)).Succeeded();
        }
        finally
        {
            (await Server.PaasAsync("destroy", "-a", "synced", "--confirm", "synced")).Succeeded();
        }
    }

    [RootFact]
    public async Task Where_it_cannot_be_fetched_the_person_is_told_why_and_what_to_do()
    {
        (await Server.PaasAsync("create", "refused", "--no-remote")).Succeeded();
        try
        {
            foreach (var (address, message, hint) in ((string, string, string)[])
            [
                ($"http://127.0.0.1:{Server.HttpPort}/x.git", "this host itself", ""),
                ("ssh://localhost/x.git", "this host itself", ""),
                ("file:///etc", "is no address", "git@example.com"),
                ($"{_elsewhere.Url}/nobody", "is not there", "git:auth"),
                ("https://user:geheim@no-such-host.invalid/x.git", "is not known", "git ls-remote"),
            ])
            {
                var refused = await Server.PaasAsync("git:sync", "--build", "refused", address);
                Assert.NotEqual(0, refused.ExitCode);
                Assert.Contains(message, refused.Output, StringComparison.Ordinal);
                Assert.Contains(hint, refused.Output, StringComparison.Ordinal);
                Assert.DoesNotContain("geheim", refused.Output, StringComparison.Ordinal);
            }

            _elsewhere.Login = "ann:a-token";
            var closed = await Server.PaasAsync("git:sync", "refused", $"{_elsewhere.Url}/site");
            Assert.Contains("wants a login", closed.Output, StringComparison.Ordinal);
            var host = _elsewhere.Url["http://".Length..];
            var login = new Command("sh", "-c", $"echo a-token | paas git:auth --password-stdin http://{host} ann") { Environment = Server.UserEnvironment() };
            (await login.RunAsync()).Succeeded();
            Assert.Contains(host, (await Server.PaasAsync("git:auth")).Succeeded().Stdout, StringComparison.Ordinal);
            (await Server.PaasAsync("git:sync", "refused", $"{_elsewhere.Url}/site")).Succeeded();
            Assert.Contains("has no nowhere", (await Server.PaasAsync("git:sync", "refused", $"{_elsewhere.Url}/site", "nowhere")).Output, StringComparison.Ordinal);
            (await Server.PaasAsync("git:auth", "--remove", "http://" + host)).Succeeded();
        }
        finally
        {
            (await Server.PaasAsync("destroy", "-a", "refused", "--confirm", "refused")).Succeeded();
        }
    }

    [RootFact]
    public async Task Over_ssh_the_server_shows_the_app_s_own_key_to_hosts_that_are_trusted()
    {
        // This platform's own sshd is the other server.
        await using var source = await AppCheckout.CreateAsync(Server, "static", "upstream");
        (await source.PushAsync()).Succeeded();
        (await Server.PaasAsync("create", "mirror", "--no-remote")).Succeeded();
        try
        {
            var address = $"ssh://paas@{_elsewhere.Address}:{Server.SshPort}/upstream";
            var key = (await Server.PaasAsync("git:public-key", "mirror")).Succeeded().Stdout;
            Assert.StartsWith("ssh-ed25519 ", key, StringComparison.Ordinal);
            var unknown = await Server.PaasAsync("git:sync", "mirror", address);
            Assert.Contains($"paas git:allow-host {_elsewhere.Address}:{Server.SshPort}", unknown.Output, StringComparison.Ordinal);
            Assert.Contains("SHA256:", (await Server.PaasAsync("git:allow-host", $"{_elsewhere.Address}:{Server.SshPort}")).Succeeded().Stdout, StringComparison.Ordinal);
            Assert.Contains("paas git:public-key mirror", (await Server.PaasAsync("git:sync", "mirror", address)).Output, StringComparison.Ordinal);

            await File.WriteAllTextAsync(_work.Combine("mirror.pub"), key);
            (await Server.PaasAsync("ssh-keys:add", "mirror", _work.Combine("mirror.pub"))).Succeeded();
            (await Server.PaasAsync("git:sync", "mirror", address)).Succeeded();
            Assert.NotEqual(key, (await Server.PaasAsync("git:generate-deploy-key", "mirror")).Succeeded().Stdout);
            Assert.NotEqual(0, (await Server.PaasAsync("git:sync", "mirror", address)).ExitCode);
        }
        finally
        {
            await Server.PaasAsync("ssh-keys:remove", "mirror");
            (await Server.PaasAsync("destroy", "-a", "mirror", "--confirm", "mirror")).Succeeded();
        }
    }

    private async Task MakeAsync(string name, Func<Task> fill)
    {
        (await Server.GitAsync(_work.Path, "init", "-q", "-b", "main", name)).Succeeded();
        await fill();
        await CommitAsync(name);
    }

    private async Task<string> CommitAsync(string name)
    {
        (await GitAsync(name, "add", "-A")).Succeeded();
        (await GitAsync(name, "commit", "-q", "-m", "Change")).Succeeded();
        return (await GitAsync(name, "rev-parse", "HEAD")).Succeeded().Stdout.Trim();
    }

    private Task<CommandResult> GitAsync(string name, params IReadOnlyList<string> arguments) => Server.GitAsync(_work.Combine(name), arguments);

    private async Task<int> BuildCountAsync(string app) =>
        JsonDocument.Parse((await Server.PaasAsync("builds", "-a", app, "--json")).Succeeded().Stdout).RootElement.GetArrayLength();
}
