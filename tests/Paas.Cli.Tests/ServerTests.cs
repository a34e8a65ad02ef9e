using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.Cli.Tests;

/// <summary>A real paasd and router, without base images: everything but building.</summary>
public sealed class LoneServer : IAsyncLifetime
{
    public PaasServer Server { get; } = new();

    public async Task InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess) return;
        Server.StartRouter();
        Server.StartDaemon();
        try
        {
            await Eventually.TrueAsync("paasd answers", TimeSpan.FromSeconds(60), async () => (await Server.PaasAsync("apps")).ExitCode == 0);
            await Eventually.TrueAsync("the router knows paasd", TimeSpan.FromSeconds(30), async () =>
                (int)(await Server.Visitor.GetAsync("paas.localhost", "/v1/version")).Status == 200);
        }
        catch (TimeoutException error)
        {
            throw new InvalidOperationException(Server.Diagnostics(), error);
        }
    }

    public async Task DisposeAsync()
    {
        if (Environment.IsPrivilegedProcess) await Server.DisposeAsync();
    }
}

/// <summary>The real program against the real paasd.</summary>
public sealed class ServerTests(LoneServer fixture) : IClassFixture<LoneServer>, IAsyncLifetime
{
    private readonly TemporaryDirectory _checkout = new();

    private PaasServer Server => fixture.Server;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (!Environment.IsPrivilegedProcess) return;
        foreach (var app in Apps(await PaasAsync("apps", "--json"))) await PaasAsync("destroy", "-a", app.Name, "--confirm", app.Name);
        _checkout.Dispose();
    }

    [RootFact]
    public async Task Create_adds_the_remote_and_every_command_knows_the_app_from_it()
    {
        await GitAsync("init", "-q", "-b", "main");
        var create = (await PaasAsync("create", "hello")).Succeeded();
        Assert.Equal($"http://hello.localhost:{Server.HttpPort} | {Server.DashboardUrl}/hello.git\n", create.Stdout);
        Assert.Equal("Creating hello... done\nGit remote paas added\nNext: git push paas main\n", create.Stderr);
        Assert.Equal($"{Server.DashboardUrl}/hello.git", (await GitAsync("remote", "get-url", "paas")).Stdout.Trim());

        Assert.Equal("hello", Assert.Single(Apps(await PaasAsync("apps", "--json"))).Name);
        Assert.Equal("[]\n", (await PaasAsync("ps", "--json")).Succeeded().Stdout);
        Assert.Equal("[]\n", (await PaasAsync("releases", "--json")).Succeeded().Stdout);
        Assert.Equal("[]\n", (await PaasAsync("builds", "--json")).Succeeded().Stdout);
        Assert.Contains("git push paas main", (await PaasAsync("ps")).Succeeded().Stderr, StringComparison.Ordinal);
        Assert.Equal(1, (await PaasAsync("rollback")).ExitCode);
        Assert.Equal(1, (await PaasAsync("run", "--", "ls")).ExitCode);
        Assert.Contains("created", (await PaasAsync("logs")).Succeeded().Stdout, StringComparison.Ordinal);

        var destroy = (await PaasAsync("destroy", "--confirm", "hello")).Succeeded();
        Assert.Equal("Destroying hello... done\nGit remote paas removed\n", destroy.Stderr);
        Assert.Equal(20, (await PaasAsync("ps", "-a", "hello")).ExitCode);
        Assert.Equal(2, (await PaasAsync("ps")).ExitCode);
    }

    [RootFact]
    public async Task Config_is_set_shown_and_unset()
    {
        (await PaasAsync("create", "conf")).Succeeded();
        var set = (await PaasAsync("config:set", "-a", "conf", "B=it's = fine", "A=1")).Succeeded();
        Assert.StartsWith("Setting B, A and restarting conf... done", set.Stderr, StringComparison.Ordinal);
        Assert.Equal("=== conf Config Vars\nA: 1\nB: it's = fine\n", (await PaasAsync("config", "-a", "conf")).Stdout);
        Assert.Equal("A='1'\nB='it'\\''s = fine'\n", (await PaasAsync("config", "-a", "conf", "--shell")).Stdout);
        Assert.Equal("it's = fine\n", (await PaasAsync("config:get", "-a", "conf", "B")).Stdout);
        (await PaasAsync("config:unset", "-a", "conf", "B")).Succeeded();
        Assert.Equal(1, (await PaasAsync("config:get", "-a", "conf", "B")).ExitCode);
        Assert.Equal("""{"A":"1"}""", JsonSerializer.Serialize(JsonDocument.Parse((await PaasAsync("config", "-a", "conf", "--json")).Stdout)));
        var bad = await PaasAsync("config:set", "-a", "conf", "no-such-name=1");
        Assert.Equal(1, bad.ExitCode);
        Assert.StartsWith(" !     ", bad.Stderr, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Buildpacks_are_set_added_removed_and_cleared()
    {
        (await PaasAsync("create", "packs")).Succeeded();
        Assert.Contains("finds out by the source", (await PaasAsync("buildpacks", "-a", "packs")).Succeeded().Stderr, StringComparison.Ordinal);
        Assert.Contains("paas/nodejs", (await PaasAsync("buildpacks", "--installed")).Succeeded().Stdout, StringComparison.Ordinal);
        var set = (await PaasAsync("buildpacks:set", "packs", "nodejs", "https://example.com/x.git#v1")).Succeeded();
        Assert.Equal("Buildpacks set. The next build of packs uses:\n  1. nodejs\n  2. https://example.com/x.git#v1\nNext: git push paas main\n", set.Stderr);
        (await PaasAsync("buildpacks:add", "--index", "1", "packs", "apt")).Succeeded();
        (await PaasAsync("buildpacks:add", "-a", "packs", "./mine")).Succeeded();
        (await PaasAsync("buildpacks:set", "-i", "2", "-a", "packs", "go")).Succeeded();
        Assert.Equal("=== packs Buildpacks\n1. apt\n2. go\n3. https://example.com/x.git#v1\n4. ./mine\n", (await PaasAsync("buildpacks:list", "packs")).Succeeded().Stdout);
        (await PaasAsync("buildpacks:remove", "packs", "apt")).Succeeded();
        (await PaasAsync("buildpacks:remove", "packs", "--index", "3")).Succeeded();
        Assert.Equal("""{"buildpacks":["go","https://example.com/x.git#v1"]}""", JsonSerializer.Serialize(JsonDocument.Parse((await PaasAsync("buildpacks", "-a", "packs", "--json")).Stdout)));
        Assert.Equal("=== packs buildpacks information\nBuildpacks list:  go, https://example.com/x.git#v1\n", (await PaasAsync("buildpacks:report", "packs")).Succeeded().Stdout);

        foreach (var (status, said, words) in new (int, string, string[])[]
        {
            (1, "is set already", ["buildpacks:add", "packs", "go"]),
            (1, "is not set for packs", ["buildpacks:remove", "packs", "rust"]),
            (2, "is no place in the list", ["buildpacks:remove", "packs", "--index", "3"]),
            (2, "is no place in the list", ["buildpacks:add", "packs", "rust", "--index", "0"]),
            (2, "Which app?", ["buildpacks:set", "nodejs"]),
            (1, "neither the address", ["buildpacks:set", "-a", "packs", "no such"]),
            (1, "no build 7", ["builds:explain", "-a", "packs", "7"]),
            (20, "", ["buildpacks", "nobody"]),
        })
        {
            var wrong = await PaasAsync(words);
            Assert.Equal(status, wrong.ExitCode);
            Assert.Contains(said, wrong.Stderr, StringComparison.Ordinal);
        }

        (await PaasAsync("buildpacks:clear", "packs")).Succeeded();
        Assert.Equal("""{"buildpacks":[]}""", JsonSerializer.Serialize(JsonDocument.Parse((await PaasAsync("buildpacks", "-a", "packs", "--json")).Stdout)));
    }

    [RootFact]
    public async Task Wrong_names_and_taken_ones_are_refused()
    {
        (await PaasAsync("create", "taken")).Succeeded();
        foreach (var name in (string[])["taken", "Bad_Name", "../up", "paas"])
        {
            var create = await PaasAsync("create", "--", name);
            Assert.Equal(1, create.ExitCode);
            Assert.StartsWith(" !     ", create.Stderr, StringComparison.Ordinal);
        }

        Assert.Equal("taken", Assert.Single(Apps(await PaasAsync("apps", "--json"))).Name);
        Assert.Equal(20, (await PaasAsync("config:set", "-a", "nobody", "A=1")).ExitCode);
        Assert.Equal(20, (await PaasAsync("logs", "-a", "nobody")).ExitCode);
    }

    [RootFact]
    public async Task Elsewhere_a_token_logs_in_and_git_asks_for_it_by_itself()
    {
        (await PaasAsync("create", "remote")).Succeeded();
        var token = (await PaasAsync("login:token", "laptop")).Succeeded().Stdout.Trim();
        using var home = new TemporaryDirectory();
        var wrong = await Away(home, "paas_wrong\n", "login", Server.DashboardUrl, "--token-stdin").RunAsync();
        Assert.Equal(1, wrong.ExitCode);
        Assert.Equal(1, (await Away(home, null, "apps", "--host", Server.DashboardUrl).RunAsync()).ExitCode);

        var login = (await Away(home, token + "\n", "login", Server.DashboardUrl, "--token-stdin").RunAsync()).Succeeded();
        Assert.Contains($"Logged in to {Server.DashboardUrl} as laptop", login.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(token, login.Output, StringComparison.Ordinal);
        Assert.Contains(Apps(await Away(home, null, "apps", "--json").RunAsync()), app => app.Name == "remote");
        var git = Away(home) with { Program = "git", Arguments = ["ls-remote", $"{Server.DashboardUrl}/remote.git"] };
        (await git.RunAsync()).Succeeded();

        (await Away(home, null, "logout").RunAsync()).Succeeded();
        Assert.NotEqual(0, (await git.RunAsync()).ExitCode);
    }

    [RootFact]
    public async Task On_the_server_git_needs_no_login_at_all()
    {
        await GitAsync("init", "-q", "-b", "main");
        (await PaasAsync("create", "local")).Succeeded();
        Assert.Equal("", (await GitAsync("ls-remote", "paas")).Succeeded().Stdout);
        await GitAsync("commit", "-q", "--allow-empty", "-m", "Nothing");
        var push = await GitAsync("push", "paas", "main");
        Assert.Contains("The commit is empty", push.Stderr, StringComparison.Ordinal);
        Assert.Contains("[remote rejected] main -> main (pre-receive hook declined)", push.Stderr, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_token_is_made_whether_paasd_runs_or_not()
    {
        string[] place = ["--data", Server.DataDirectory, "--run", Path.GetDirectoryName(Server.Socket)!];
        var asked = (await new Command(Programs.Daemon, ["token", "create", "one", .. place]).RunAsync()).Succeeded().Stdout.Trim();
        var again = await new Command(Programs.Daemon, ["token", "create", "one", .. place]).RunAsync();
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("'one'", again.Stderr, StringComparison.Ordinal);
        using var http = new HttpRequestMessage(HttpMethod.Get, $"{Server.DashboardUrl}/v1/whoami") { Headers = { Authorization = new("Bearer", asked) } };
        using var response = await Server.Visitor.SendAsync(http);
        Assert.StartsWith("{\"name\":\"one\",\"user\":\"root\",\"scope\":\"admin\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var empty = new TemporaryDirectory();
        var made = await new Command(Programs.Daemon, "token", "create", "two", "--data", empty.Combine("data"), "--run", empty.Combine("run")).RunAsync();
        Assert.StartsWith("paas_", made.Succeeded().Stdout, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_second_paasd_is_refused_on_the_same_data_and_on_the_same_socket()
    {
        using var other = new TemporaryDirectory();
        var sameData = await new Command(Programs.Daemon, "--data", Server.DataDirectory, "--run", other.Combine("run")).RunAsync();
        Assert.Equal(1, sameData.ExitCode);
        Assert.Contains($"(pid {Server.Pid("paasd")}) works with {Server.DataDirectory}", sameData.Stderr, StringComparison.Ordinal);
        var sameSocket = await new Command(Programs.Daemon, "--data", other.Combine("data"), "--run", Path.GetDirectoryName(Server.Socket)!).RunAsync();
        Assert.Equal(1, sameSocket.ExitCode);
        Assert.Contains($"Another paasd answers on {Server.Socket}", sameSocket.Stderr, StringComparison.Ordinal);
        (await PaasAsync("apps")).Succeeded();
    }

    [RootFact]
    public async Task A_tail_goes_on_through_a_killed_paasd()
    {
        (await PaasAsync("create", "tailed")).Succeeded();
        using var tail = new Command(Programs.Paas, "logs", "-a", "tailed", "--tail") { Environment = Server.UserEnvironment() }.Start();
        try
        {
            await FollowAsync(tail);
        }
        finally
        {
            tail.Kill();
        }
    }

    private async Task FollowAsync(System.Diagnostics.Process tail)
    {
        Assert.EndsWith("created", await LineAsync(tail), StringComparison.Ordinal);
        for (var i = 1; i <= 3; i++)
        {
            (await PaasAsync("scale", "-a", "tailed", $"web={i}")).Succeeded();
            Assert.EndsWith($"scaled to web={i}", await LineAsync(tail), StringComparison.Ordinal);
            Server.Kill("paasd");
            await Eventually.TrueAsync("paasd is back", TimeSpan.FromSeconds(60), async () => (await PaasAsync("apps")).ExitCode == 0);
        }
    }

    private static async Task<string> LineAsync(System.Diagnostics.Process tail) =>
        await tail.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) ?? throw new EndOfStreamException(await tail.StandardError.ReadToEndAsync());

    private static IReadOnlyList<AppDocument> Apps(CommandResult result) =>
        JsonSerializer.Deserialize(result.Succeeded().Stdout, ApiJsonContext.Default.IReadOnlyListAppDocument)!;

    private Task<CommandResult> PaasAsync(params IReadOnlyList<string> arguments) => Server.PaasInAsync(_checkout.Path, arguments);

    private Task<CommandResult> GitAsync(params IReadOnlyList<string> arguments) => Server.GitAsync(_checkout.Path, arguments);

    // Another machine has no socket; its user is whoever logged in.
    private Command Away(TemporaryDirectory home, string? stdin = null, params IReadOnlyList<string> arguments)
    {
        var environment = Server.UserEnvironment();
        environment["HOME"] = home.Path;
        environment["PAAS_SOCKET"] = null;
        return new Command(Programs.Paas, arguments) { Directory = home.Path, Stdin = stdin, Environment = environment };
    }
}
