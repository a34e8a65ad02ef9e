using System.Net;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>git and commands over SSH, with OpenSSH's own client.</summary>
[Collection(ServerCollection.Name)]
public sealed class SshTests(ServerFixture fixture, ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _keys = new();

    private PaasServer Server => fixture.Server;

    public void Dispose() => _keys.Dispose();

    [RootFact]
    public async Task An_app_is_pushed_cloned_fetched_and_archived_over_ssh()
    {
        await using var app = await AppCheckout.CreateAsync(Server, "static", "overssh");
        var key = await AddKeyAsync("pusher");

        var push = await GitAsync(app.Directory, key, "push", $"ssh://paas@127.0.0.1:{Server.SshPort}/overssh", "main");
        output.WriteLine(push.Succeeded().Output);
        Assert.Contains("remote: -----> Building", push.Stderr.Replace("remote:        ", "remote: ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("=====> Application deployed:", push.Stderr, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync()).Status);

        // The short form has no place for a port; the client's configuration has.
        (await GitAsync(_keys.Path, key, "clone", "-q", "paas@paas-by-ssh:overssh.git", "copy")).Succeeded();
        Assert.True(File.Exists(_keys.Combine("copy", "index.html")) || Directory.EnumerateFiles(_keys.Combine("copy"), "*.html", SearchOption.AllDirectories).Any());
        await app.CommitAsync("Another");
        (await GitAsync(app.Directory, key, "push", "-q", "paas@paas-by-ssh:overssh", "main")).Succeeded();
        (await GitAsync(_keys.Combine("copy"), key, "fetch", "-q")).Succeeded();
        var head = (await GitAsync(_keys.Combine("copy"), key, "rev-parse", "origin/main")).Succeeded().Stdout.Trim();
        Assert.Equal((await Server.GitAsync(app.Directory, "rev-parse", "main")).Succeeded().Stdout.Trim(), head);
        var archive = (await GitAsync(_keys.Path, key, "archive", "--remote", "paas@paas-by-ssh:overssh", "-o", _keys.Combine("out.tar"), "main")).Succeeded();
        Assert.True(new FileInfo(_keys.Combine("out.tar")).Length > 0, archive.Output);
        Assert.Contains("Another", (await app.PaasAsync("builds")).Succeeded().Stdout, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Commands_run_over_ssh_with_the_app_as_their_first_word()
    {
        await using var app = await AppCheckout.CreateAsync(Server, "static", "commanded");
        var key = await AddKeyAsync("commander");

        Assert.Contains("commanded", (await SshAsync(key, "apps")).Succeeded().Stdout, StringComparison.Ordinal);
        (await SshAsync(key, "config:set commanded 'GREETING=two words'")).Succeeded();
        Assert.Equal("two words", (await SshAsync(key, "config:get commanded GREETING")).Succeeded().Stdout.Trim());
        Assert.Equal("two words", (await SshAsync(key, "config:get -a commanded GREETING")).Succeeded().Stdout.Trim());
        Assert.Contains("COMMAND", (await SshAsync(key, "")).Succeeded().Stdout, StringComparison.Ordinal);

        Assert.Equal(20, (await SshAsync(key, "ps nobody")).ExitCode);
        Assert.Equal(2, (await SshAsync(key, "no-such-command")).ExitCode);
        var local = await SshAsync(key, "login http://elsewhere");
        Assert.Equal(2, local.ExitCode);
        Assert.Contains("your own machine", local.Stderr, StringComparison.Ordinal);
        var file = await SshAsync(key, "ssh-keys:add mine /etc/passwd");
        Assert.Equal(2, file.ExitCode);
        Assert.Contains("not on the server", file.Stderr, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Only_a_key_that_was_added_gets_in_and_only_to_what_it_may()
    {
        var key = await AddKeyAsync("guarded");
        Assert.Equal(0, (await SshAsync(key, "apps")).ExitCode);
        var stranger = await MakeKeyAsync("stranger");
        var refused = await SshAsync(stranger, "apps");
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("Permission denied (publickey)", refused.Stderr, StringComparison.Ordinal);

        // No shell, no forwarding, no other user.
        var shell = await SshAsync(key, "apps; id");
        Assert.NotEqual(0, shell.ExitCode);
        Assert.DoesNotContain("uid=", shell.Output, StringComparison.Ordinal);
        var root = await new Command("ssh", [.. Options(key), "root@127.0.0.1", "apps"]).RunAsync();
        Assert.Contains("Permission denied", root.Stderr, StringComparison.Ordinal);
        var unknown = await GitAsync(_keys.Path, key, "clone", "paas@paas-by-ssh:nobody", "none");
        Assert.NotEqual(0, unknown.ExitCode);
        Assert.Contains("App nobody does not exist", unknown.Stderr, StringComparison.Ordinal);

        (await Server.PaasAsync("ssh-keys:remove", "guarded")).Succeeded();
        Assert.Equal(255, (await SshAsync(key, "apps")).ExitCode);
    }

    [RootFact]
    public async Task Keys_are_listed_and_bad_ones_refused()
    {
        var key = await AddKeyAsync("listed");
        var line = await File.ReadAllTextAsync(key + ".pub");
        var fingerprint = (await new Command("ssh-keygen", "-l", "-f", key).RunAsync()).Succeeded().Stdout.Split(' ')[1];
        Assert.Contains(fingerprint, (await Server.PaasAsync("ssh-keys")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Contains($"\"fingerprint\": \"{fingerprint}\"", (await Server.PaasAsync("ssh-keys:list", "--json")).Succeeded().Stdout, StringComparison.Ordinal);

        await AssertRefusedAsync("again", line, "as 'listed'");
        await AssertRefusedAsync("listed", await File.ReadAllTextAsync(await MakeKeyAsync("other") + ".pub"), "a key named 'listed'");
        await AssertRefusedAsync("private", await File.ReadAllTextAsync(key), "private key");
        await AssertRefusedAsync("options", $"command=\"/bin/sh\" {line}", "options");
        await AssertRefusedAsync("cut", line[..40], "no such key");
        await AssertRefusedAsync("nonsense", "hello", "no public key");
        await AssertRefusedAsync("empty", "", "name is missing", "key is missing");

        (await Server.PaasAsync("ssh-keys:remove", "--fingerprint", fingerprint)).Succeeded();
        Assert.DoesNotContain(fingerprint, (await Server.PaasAsync("ssh-keys")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Equal(1, (await Server.PaasAsync("ssh-keys:remove", "listed")).ExitCode);
    }

    [RootFact]
    public async Task Killed_with_paasd_sshd_comes_back_with_the_same_host_keys()
    {
        var key = await AddKeyAsync("survivor");
        (await SshAsync(key, "apps")).Succeeded();
        var before = await ListenersAsync();

        Server.Kill("paasd");
        await Eventually.TrueAsync("sshd answers again", TimeSpan.FromSeconds(60), async () => (await SshAsync(key, "apps")).ExitCode == 0);
        var after = await ListenersAsync();
        Assert.Single(after);
        Assert.DoesNotContain(before.Single(), after);

        // Known from before, so a changed host key would be refused.
        Assert.Contains("[127.0.0.1]", await File.ReadAllTextAsync(_keys.Combine("known_hosts")), StringComparison.Ordinal);
        (await new Command("kill", "-KILL", after.Single()).RunAsync()).Succeeded();
        await Eventually.TrueAsync("sshd is started again", TimeSpan.FromSeconds(60), async () => (await SshAsync(key, "apps")).ExitCode == 0);
    }

    private async Task<IReadOnlyList<string>> ListenersAsync()
    {
        var ss = (await new Command("ss", "-Hltnp", $"sport = :{Server.SshPort}").RunAsync()).Succeeded().Stdout;
        return [.. System.Text.RegularExpressions.Regex.Matches(ss, @"pid=(\d+)").Select(match => match.Groups[1].Value).Distinct()];
    }

    private async Task AssertRefusedAsync(string name, string key, params string[] causes)
    {
        var refused = await new Command(Programs.Paas, "ssh-keys:add", name) { Stdin = key, Environment = Server.UserEnvironment() }.RunAsync();
        output.WriteLine(refused.ToString());
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(causes, cause => refused.Stderr.Contains(cause, StringComparison.Ordinal));
    }

    private async Task<string> MakeKeyAsync(string name)
    {
        var path = _keys.Combine(name);
        (await new Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path).RunAsync()).Succeeded();
        return path;
    }

    private async Task<string> AddKeyAsync(string name)
    {
        var path = await MakeKeyAsync(name);
        (await Server.PaasAsync("ssh-keys:add", name, path + ".pub")).Succeeded();
        return path;
    }

    private Task<CommandResult> SshAsync(string key, string command) =>
        new Command("ssh", [.. Options(key), "paas@127.0.0.1", .. command.Length == 0 ? [] : (string[])[command]]) { Stdin = "" }.RunAsync();

    private string[] Options(string key)
    {
        File.WriteAllText(_keys.Combine("config"), $"""
            Host paas-by-ssh
                HostName 127.0.0.1
            Host *
                Port {Server.SshPort}
                IdentityFile {key}
                IdentitiesOnly yes
                BatchMode yes
                UserKnownHostsFile {_keys.Combine("known_hosts")}
                StrictHostKeyChecking accept-new
                LogLevel ERROR
            """);
        return ["-F", _keys.Combine("config")];
    }

    private Task<CommandResult> GitAsync(string directory, string key, params IReadOnlyList<string> arguments)
    {
        var environment = Server.UserEnvironment();
        environment["GIT_SSH_COMMAND"] = $"ssh {string.Join(' ', Options(key))}";
        return new Command("git", arguments) { Directory = directory, Environment = environment, Timeout = TimeSpan.FromMinutes(10) }.RunAsync();
    }
}
