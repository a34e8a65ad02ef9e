using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Paas.Contracts.Api;
using Paas.Testing;

namespace Paas.Daemon.Tests;

/// <summary>
/// The real git, pushing over HTTP into a real repository whose hook is the real <c>paas hook</c>; only what a build does is scripted.
/// As root, because the hook comes to the socket as who runs the tests.
/// </summary>
public sealed class GitTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _work = new();
    private TestDaemon _daemon = null!;
    private TcpBridge _bridge = null!;

    public async Task InitializeAsync()
    {
        _daemon = await TestDaemon.StartAsync(maxSource: 4 << 20);
        _bridge = new TcpBridge(_daemon.Options.Socket);
        _daemon.Platform.Add("hello");
        (await GitAsync("init", "-q", "-b", "main")).Succeeded();
        await CommitAsync("index.html", "<h1>hello</h1>", "First");
        (await GitAsync("remote", "add", "paas", RemoteOf("hello"))).Succeeded();
    }

    public async Task DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _daemon.DisposeAsync();
        _work.Dispose();
    }

    [RootFact]
    public async Task A_push_builds_streams_the_output_and_moves_the_branch()
    {
        var push = (await GitAsync("push", "paas", "main")).Succeeded();
        Assert.Contains("remote: -----> Building hello", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("remote: =====> Application deployed:", push.Stderr, StringComparison.Ordinal);
        var (app, source, files) = Assert.Single(_daemon.Platform.Builds);
        var head = (await GitAsync("rev-parse", "HEAD")).Stdout.Trim();
        Assert.Equal(("hello", new BuildSource(head, "main", "First", "Ada")), (app, source));
        Assert.Equal(["index.html"], files);
        Assert.Equal(head, _daemon.Repositories.Branches("hello")["main"]);
        Assert.Contains("up-to-date", (await GitAsync("push", "paas", "main")).Succeeded().Stderr, StringComparison.Ordinal);
        Assert.Single(_daemon.Platform.Builds);
    }

    [RootFact]
    public async Task A_subject_of_any_length_and_script_is_taken()
    {
        var subject = string.Concat(Enumerable.Repeat("Ünïcödé 🚀 & more? ", 1000));
        await CommitAsync("index.html", "<h1>longer</h1>", subject);
        (await GitAsync("push", "paas", "main")).Succeeded();
        var message = Assert.Single(_daemon.Platform.Builds).Source.Message!;
        Assert.InRange(message.Length, 199, 201);
        Assert.StartsWith(message[..^1], subject, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_failing_build_rejects_the_push_and_leaves_the_branch()
    {
        (await GitAsync("push", "paas", "main")).Succeeded();
        var good = _daemon.Repositories.Branches("hello")["main"];
        _daemon.Platform.Build = (_, _) => Fail();
        await CommitAsync("index.html", "broken", "Second");
        var push = await GitAsync("push", "paas", "main");
        Assert.Equal(1, push.ExitCode);
        Assert.Contains("remote:  !     npm failed: exit status 3", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("[remote rejected] main -> main (pre-receive hook declined)", push.Stderr, StringComparison.Ordinal);
        Assert.Equal(good, _daemon.Repositories.Branches("hello")["main"]);
    }

    [RootFact]
    public async Task Other_branches_and_tags_are_taken_but_not_deployed_and_told_so()
    {
        (await GitAsync("push", "paas", "main")).Succeeded();
        (await GitAsync("tag", "v1.0")).Succeeded();
        var push = (await GitAsync("push", "paas", "main:topic", "v1.0")).Succeeded();
        Assert.Contains("Pushed topic; only main deploys", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("git push paas topic:main", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("Tag v1.0 accepted; tags do not deploy", push.Stderr, StringComparison.Ordinal);
        Assert.Single(_daemon.Platform.Builds);
        Assert.Contains("topic", _daemon.Repositories.Branches("hello").Keys);
        (await GitAsync("push", "paas", ":topic")).Succeeded();
    }

    [RootFact]
    public async Task The_first_pushed_branch_is_adopted_and_main_wins_among_several()
    {
        (await GitAsync("branch", "another")).Succeeded();
        (await GitAsync("push", "paas", "another", "main")).Succeeded();
        Assert.Equal("main", Assert.Single(_daemon.Platform.Builds).Source.Branch);

        _daemon.Platform.Add("second");
        (await GitAsync("push", RemoteOf("second"), "main:trunk")).Succeeded();
        Assert.Equal("trunk", _daemon.Platform.Builds.Last().Source.Branch);
    }

    [RootFact]
    public async Task The_deploy_branch_cannot_be_deleted()
    {
        (await GitAsync("push", "paas", "main")).Succeeded();
        var push = await GitAsync("push", "paas", ":main");
        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("main is the branch that deploys hello, so it stays", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("main", _daemon.Repositories.Branches("hello").Keys);
    }

    [RootFact]
    public async Task A_commit_without_files_is_refused()
    {
        (await GitAsync("rm", "-q", "index.html")).Succeeded();
        (await GitAsync("commit", "-q", "-m", "Nothing left")).Succeeded();
        var push = await GitAsync("push", "paas", "main");
        Assert.Contains("The commit is empty", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("[remote rejected]", push.Stderr, StringComparison.Ordinal);
        Assert.Empty(_daemon.Platform.Builds);
        Assert.Empty(_daemon.Repositories.Branches("hello"));
    }

    [RootFact]
    public async Task An_unknown_app_says_how_to_make_it()
    {
        var push = await GitAsync("push", RemoteOf("nobody"), "main");
        Assert.Equal(128, push.ExitCode);
        Assert.Contains("!     App nobody does not exist", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("paas create nobody", push.Stderr, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_daemon.Repositories.PathOf("nobody")));
    }

    [RootFact]
    public async Task A_wrong_token_is_refused()
    {
        var url = _bridge.Url.Replace("http://", "http://me:wrong@", StringComparison.Ordinal) + "/hello.git";
        var push = await GitAsync("push", url, "main");
        Assert.Equal(128, push.ExitCode);
        Assert.Contains("Authentication failed", push.Stderr, StringComparison.Ordinal);
        Assert.Empty(_daemon.Platform.Builds);
    }

    [RootFact]
    public async Task What_was_pushed_can_be_cloned_and_fetched_in_every_protocol_version()
    {
        (await GitAsync("push", "paas", "main")).Succeeded();
        for (var i = 0; i < 60; i++) (await GitAsync("commit", "-q", "--allow-empty", "-m", $"Commit {i}")).Succeeded();
        foreach (var version in (string[])["0", "1", "2"])
        {
            (await GitAsync("-c", $"protocol.version={version}", "clone", "-q", "--depth", "1", RemoteOf("hello"), $"copy{version}")).Succeeded();
            Assert.True(File.Exists(_work.Combine($"copy{version}", "index.html")));
        }

        // A fetch from a clone with much history of its own sends a long, compressed list of what it has.
        (await GitAsync("push", "paas", "main:topic")).Succeeded();
        (await GitAsync("-c", "protocol.version=2", "fetch", "-q", "paas")).Succeeded();
        Assert.NotEqual("", (await GitAsync("rev-parse", "refs/remotes/paas/topic")).Succeeded().Stdout);
    }

    [RootFact]
    public async Task A_source_over_the_limit_is_refused_with_the_number()
    {
        // Zeros pack small: the pack is within the limit, the files are not.
        await File.WriteAllBytesAsync(_work.Combine("zeros.bin"), new byte[20 << 20]);
        await CommitAsync("more.html", "x", "Too much");
        var push = await GitAsync("push", "paas", "main");
        Assert.Contains(" !     the source is over the limit of 4 MiB", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("[remote rejected]", push.Stderr, StringComparison.Ordinal);
        Assert.Empty(_daemon.Repositories.Branches("hello"));
    }

    [RootFact]
    public async Task A_pack_over_the_limit_is_refused_and_explained()
    {
        await File.WriteAllBytesAsync(_work.Combine("noise.bin"), System.Security.Cryptography.RandomNumberGenerator.GetBytes(24 << 20));
        await CommitAsync("more.html", "x", "Too much noise");
        var push = await GitAsync("push", "paas", "main");
        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("pack exceeds maximum allowed size", push.Stderr, StringComparison.Ordinal);
        Assert.Contains(" !     This push is over the limit of 4 MiB", push.Stderr, StringComparison.Ordinal);
        Assert.Empty(_daemon.Platform.Builds);
    }

    [RootFact]
    public async Task A_pusher_who_goes_away_does_not_stop_the_build_and_the_branch_moves_with_it()
    {
        var release = Channel.CreateUnbounded<int>();
        var building = new TaskCompletionSource();
        _daemon.Platform.Build = (_, ct) => Wait(building, release, ct);
        var push = Git("push", "paas", "main").Start();
        await building.Task.WaitAsync(TimeSpan.FromSeconds(30));
        push.Kill(entireProcessTree: true);
        await push.WaitForExitAsync();
        release.Writer.TryWrite(1);
        await Eventually.TrueAsync("the branch moved", TimeSpan.FromSeconds(30), () => Task.FromResult(_daemon.Repositories.Branches("hello").ContainsKey("main")));
    }

    [RootFact]
    public async Task Output_comes_as_it_is_made()
    {
        var release = Channel.CreateUnbounded<int>();
        var building = new TaskCompletionSource();
        _daemon.Platform.Build = (_, ct) => Wait(building, release, ct);
        using var push = Git("push", "paas", "main").Start();
        var seen = "";
        while (!seen.Contains("-----> first", StringComparison.Ordinal))
        {
            seen += await push.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) ?? throw new EndOfStreamException(seen);
        }

        Assert.False(push.HasExited);
        release.Writer.TryWrite(1);
        seen += await push.StandardError.ReadToEndAsync();
        await push.WaitForExitAsync();
        Assert.True(push.ExitCode == 0, seen);
    }

    private static async IAsyncEnumerable<BuildEvent> Wait(TaskCompletionSource building, Channel<int> release, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return new BuildEvent("-----> first");
        building.SetResult();
        await release.Reader.ReadAsync(ct);
        yield return new BuildEvent(null, new BuildResultDocument(1, BuildStatus.Succeeded, 1, []));
    }

    private static async IAsyncEnumerable<BuildEvent> Fail()
    {
        yield return new BuildEvent("-----> Building");
        await Task.Yield();
        yield return new BuildEvent(null, new BuildResultDocument(2, BuildStatus.Failed, null, [], "npm failed: exit status 3"));
    }

    private string RemoteOf(string app) => _bridge.Url.Replace("http://", $"http://me:{_daemon.Token}@", StringComparison.Ordinal) + $"/{app}.git";

    private async Task CommitAsync(string file, string content, string message)
    {
        await File.WriteAllTextAsync(_work.Combine(file), content);
        (await GitAsync("add", "-A")).Succeeded();
        (await GitAsync("commit", "-q", "-m", message)).Succeeded();
    }

    private Task<CommandResult> GitAsync(params IReadOnlyList<string> arguments) => Git(arguments).RunAsync();

    private Command Git(params IReadOnlyList<string> arguments) => new("git", arguments)
    {
        Directory = _work.Path,
        Timeout = TimeSpan.FromMinutes(2),
        Environment = new Dictionary<string, string?>
        {
            ["HOME"] = _work.Path,
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_AUTHOR_NAME"] = "Ada",
            ["GIT_AUTHOR_EMAIL"] = "ada@example.com",
            ["GIT_COMMITTER_NAME"] = "Ada",
            ["GIT_COMMITTER_EMAIL"] = "ada@example.com",
            ["no_proxy"] = "*",
        },
    };
}
