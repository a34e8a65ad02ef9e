using System.Text.Json;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>What people do with git besides pushing the next commit.</summary>
[Collection(ServerCollection.Name)]
public sealed class GitPushTests(ServerFixture fixture, ITestOutputHelper output)
{
    private PaasServer Server => fixture.Server;

    [RootFact]
    public async Task Tags_old_commits_and_force_pushes_deploy_what_they_name()
    {
        await using var app = await AppCheckout.CreateAsync(Server, "static", "moves");
        (await app.PushAsync()).Succeeded();
        var first = await RevisionAsync(app, "HEAD");
        (await GitAsync(app, "tag", "v1")).Succeeded();
        (await GitAsync(app, "tag", "-a", "-m", "One", "v1-annotated")).Succeeded();

        var tags = (await app.PushAsync("v1")).Succeeded();
        Assert.Contains("Tag v1 accepted; tags do not deploy", tags.Stderr, StringComparison.Ordinal);
        Assert.Equal(1, await BuildCountAsync(app));

        await File.WriteAllTextAsync(app.PathOf("second.txt"), "second");
        await app.CommitAsync("Second");
        (await app.PushAsync()).Succeeded();
        Assert.Equal("second", (await app.GetAsync("/second.txt")).Body);
        await AssertRevisionAsync(app, await RevisionAsync(app, "HEAD"));

        // Back to an old commit, by its tag.
        (await app.PushAsync("+v1:main")).Succeeded();
        await AssertRevisionAsync(app, first);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await app.GetAsync("/second.txt")).Status);

        var annotated = await app.PushAsync("+v1-annotated:main");
        Assert.NotEqual(0, annotated.ExitCode);
        Assert.Contains("An annotated tag cannot be a branch", annotated.Stderr, StringComparison.Ordinal);
        Assert.Equal(3, await BuildCountAsync(app));
    }

    [RootFact]
    public async Task The_deploy_branch_can_be_chosen_and_the_app_knows_its_commit()
    {
        await using var app = await AppCheckout.CreateAsync(Server, "static", "branched");
        (await app.PaasAsync("git:set", "deploy-branch", "live")).Succeeded();
        var other = (await app.PushAsync()).Succeeded();
        Assert.Contains("only live deploys", other.Stderr, StringComparison.Ordinal);
        Assert.Equal(0, await BuildCountAsync(app));

        (await app.PaasAsync("git:set", "branched", "rev-env-var", "COMMIT")).Succeeded();
        (await app.PushAsync("main:live")).Succeeded();
        var commit = await RevisionAsync(app, "HEAD");
        Assert.Equal(commit, (await app.PaasAsync("config:get", "COMMIT")).Succeeded().Stdout.Trim());
        Assert.Contains($"COMMIT={commit}", (await app.PaasAsync("run", "--", "env")).Succeeded().Stdout, StringComparison.Ordinal);

        var report = JsonDocument.Parse((await app.PaasAsync("git:report", "--json")).Succeeded().Stdout).RootElement;
        Assert.Equal("live", report.GetProperty("deployBranch").GetString());
        Assert.Equal(commit, report.GetProperty("deployedCommit").GetString());
        Assert.Equal(commit, report.GetProperty("branches").GetProperty("main").GetString());
        Assert.Equal($"ssh://paas@paas.localhost:{Server.SshPort}/branched", report.GetProperty("sshUrl").GetString());
        Assert.Contains("refs/heads/live", (await GitAsync(app, "ls-remote", "--symref", "paas", "HEAD")).Succeeded().Stdout, StringComparison.Ordinal);

        var bad = await app.PaasAsync("git:set", "deploy-branch", "a..b");
        Assert.Equal(1, bad.ExitCode);
        Assert.Equal(2, (await app.PaasAsync("git:set", "no-such-property", "x")).ExitCode);
        Assert.Equal(1, (await app.PaasAsync("git:set", "rev-env-var", "PORT")).ExitCode);
    }

    [RootFact]
    public async Task A_shallow_clone_deploys_and_so_does_the_whole_history_after_it()
    {
        await using var app = await AppCheckout.CreateAsync(Server, "static", "shallow");
        await app.CommitAsync("Second");
        await app.CommitAsync("Third");
        using var ci = new TemporaryDirectory();
        (await Server.GitAsync(ci.Path, "clone", "-q", "--depth", "1", $"file://{app.Directory}", "copy")).Succeeded();
        var url = (await GitAsync(app, "remote", "get-url", "paas")).Succeeded().Stdout.Trim();
        var push = await Server.GitAsync(ci.Combine("copy"), "push", url, "main");
        output.WriteLine(push.Output);
        push.Succeeded();
        Assert.Contains("=====> Application deployed:", push.Stderr, StringComparison.Ordinal);
        await AssertRevisionAsync(app, await RevisionAsync(app, "HEAD"));

        await app.CommitAsync("Fourth");
        (await app.PushAsync()).Succeeded();
        await AssertRevisionAsync(app, await RevisionAsync(app, "HEAD"));
        (await Server.GitAsync(ci.Path, "clone", "-q", url, "back")).Succeeded();
    }

    [RootFact]
    public async Task What_is_committed_is_what_is_built_and_the_record_names_what_changed()
    {
        await using var app = await AppCheckout.CreateAsync(Server, "static", "recorded");
        await File.WriteAllTextAsync(app.PathOf(".gitattributes"), "hidden.txt export-ignore\nassets export-ignore\nsubst.txt export-subst\n");
        await File.WriteAllTextAsync(app.PathOf("hidden.txt"), "here");
        await File.WriteAllTextAsync(app.PathOf("subst.txt"), "$Format:%H$");
        Directory.CreateDirectory(app.PathOf("assets"));
        await File.WriteAllTextAsync(app.PathOf("assets/one.txt"), "one");
        await app.CommitAsync("Attributes");
        (await app.PushAsync()).Succeeded();
        Assert.Equal("here", (await app.GetAsync("/hidden.txt")).Body);
        Assert.Equal("one", (await app.GetAsync("/assets/one.txt")).Body);
        Assert.Equal("$Format:%H$", (await app.GetAsync("/subst.txt")).Body);

        (await GitAsync(app, "mv", "hidden.txt", "seen.txt")).Succeeded();
        (await GitAsync(app, "rm", "-q", "subst.txt")).Succeeded();
        await File.WriteAllTextAsync(app.PathOf("new.txt"), "new");
        await app.CommitAsync("Moved about");
        (await app.PushAsync()).Succeeded();
        var info = (await app.PaasAsync("builds:info")).Succeeded().Stdout;
        output.WriteLine(info);
        Assert.Contains("Moved about", info, StringComparison.Ordinal);
        Assert.Contains("Ada", info, StringComparison.Ordinal);
        Assert.Contains("3 files changed since", info, StringComparison.Ordinal);
        Assert.Contains("  A new.txt", info, StringComparison.Ordinal);
        Assert.Contains("  R hidden.txt -> seen.txt", info, StringComparison.Ordinal);
        Assert.Contains("  D subst.txt", info, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_directory_deploys_without_git_but_for_what_is_ignored()
    {
        using var site = new TemporaryDirectory();
        (await new Command("cp", "-R", Path.Combine(Repository.Root, "tests/apps/static") + "/.", site.Path).RunAsync()).Succeeded();
        await File.WriteAllTextAsync(site.Combine("kept.txt"), "kept");
        await File.WriteAllTextAsync(site.Combine("left.txt"), "left");
        await File.WriteAllTextAsync(site.Combine(".slugignore"), "left.txt\n");
        (await Server.PaasAsync("create", "folder", "--no-remote")).Succeeded();
        try
        {
            var first = await Server.PaasInAsync(site.Path, "deploy", "-a", "folder");
            output.WriteLine(first.Succeeded().Output);
            Assert.Contains("=====> Application deployed:", first.Stdout, StringComparison.Ordinal);
            Assert.Equal("kept", (await Server.Visitor.GetAsync("folder.localhost", "/kept.txt")).Body);
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await Server.Visitor.GetAsync("folder.localhost", "/left.txt")).Status);

            // As a git work tree, with what is not committed, and without what git ignores.
            (await Server.GitAsync(site.Path, "init", "-q", "-b", "main")).Succeeded();
            await File.WriteAllTextAsync(site.Combine(".gitignore"), "kept.txt\n");
            (await Server.PaasAsync("deploy", "-a", "folder", site.Path)).Succeeded();
            Assert.Equal("left", (await Server.Visitor.GetAsync("folder.localhost", "/left.txt")).Body);
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await Server.Visitor.GetAsync("folder.localhost", "/kept.txt")).Status);

            await File.WriteAllTextAsync(site.Combine("Procfile"), "not a line\n");
            var broken = await Server.PaasAsync("deploy", "-a", "folder", site.Path);
            Assert.Equal(1, broken.ExitCode);
            Assert.Contains("Procfile", broken.Output, StringComparison.Ordinal);
            Assert.Equal(20, (await Server.PaasAsync("deploy", "-a", "nobody", site.Path)).ExitCode);
        }
        finally
        {
            (await Server.PaasAsync("destroy", "-a", "folder", "--confirm", "folder")).Succeeded();
        }
    }

    [RootFact]
    public async Task An_archive_deploys_from_standard_input_and_a_hostile_one_or_one_of_this_host_does_not()
    {
        using var work = new TemporaryDirectory();
        (await new Command("cp", "-R", Path.Combine(Repository.Root, "tests/apps/static"), work.Combine("site-1.0")).RunAsync()).Succeeded();
        (await new Command("tar", "-czf", work.Combine("site.tar.gz"), "-C", work.Path, "site-1.0").RunAsync()).Succeeded();
        (await Server.PaasAsync("create", "archived", "--no-remote")).Succeeded();
        try
        {
            output.WriteLine((await ShellAsync(work, "paas git:from-archive archived -- < site.tar.gz")).Succeeded().Output);
            Assert.Contains("<html", (await Server.Visitor.GetAsync("archived.localhost", "/")).Body, StringComparison.OrdinalIgnoreCase);

            (await new Command("tar", "-cPf", work.Combine("evil.tar"), "--transform", "s,^.*$,../../evil,", work.Combine("site.tar.gz")).RunAsync()).Succeeded();
            var hostile = await ShellAsync(work, "paas git:from-archive --archive-type tar archived - < evil.tar");
            Assert.Equal(1, hostile.ExitCode);
            Assert.Contains("leads out of the archive", hostile.Stderr, StringComparison.Ordinal);
            var own = await Server.PaasAsync("git:from-archive", "archived", $"http://127.0.0.1:{Server.HttpPort}/x.tar.gz");
            Assert.Equal(1, own.ExitCode);
            Assert.Contains("this host itself", own.Stderr, StringComparison.Ordinal);
            Assert.Equal(1, (await ShellAsync(work, "echo hello | paas git:from-archive archived")).ExitCode);
            Assert.Single(JsonDocument.Parse((await Server.PaasAsync("builds", "-a", "archived", "--json")).Succeeded().Stdout).RootElement.EnumerateArray());
        }
        finally
        {
            (await Server.PaasAsync("destroy", "-a", "archived", "--confirm", "archived")).Succeeded();
        }
    }

    private Task<CommandResult> ShellAsync(TemporaryDirectory directory, string line) =>
        new Command("sh", "-c", line) { Directory = directory.Path, Environment = Server.UserEnvironment() }.RunAsync();

    private Task<CommandResult> GitAsync(AppCheckout app, params IReadOnlyList<string> arguments) => Server.GitAsync(app.Directory, arguments);

    private async Task<string> RevisionAsync(AppCheckout app, string name) => (await GitAsync(app, "rev-parse", name + "^{commit}")).Succeeded().Stdout.Trim();

    private static async Task AssertRevisionAsync(AppCheckout app, string commit) =>
        Assert.Equal(commit, (await app.PaasAsync("config:get", "GIT_REV")).Succeeded().Stdout.Trim());

    private static async Task<int> BuildCountAsync(AppCheckout app) =>
        JsonDocument.Parse((await app.PaasAsync("builds", "--json")).Succeeded().Stdout).RootElement.GetArrayLength();
}
