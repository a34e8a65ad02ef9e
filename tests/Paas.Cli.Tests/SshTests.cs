using Microsoft.AspNetCore.Http;
using Paas.Cli.CommandLine;
using Paas.Cli.Ssh;

namespace Paas.Cli.Tests;

/// <summary>What sessions over SSH are asked for.</summary>
public sealed class SshTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("apps", new[] { "apps" })]
    [InlineData("  config:set  hello A=1 ", new[] { "config:set", "hello", "A=1" })]
    [InlineData("config:set 'A=two words'", new[] { "config:set", "A=two words" })]
    [InlineData("config:set A=\"say \\\"hi\\\"\"", new[] { "config:set", "A=say \"hi\"" })]
    [InlineData("run echo a\\ b ''", new[] { "run", "echo", "a b", "" })]
    [InlineData("git-receive-pack '/it'\\''s'", new[] { "git-receive-pack", "/it's" })]
    public void A_line_is_split_as_a_shell_does(string line, string[] words) => Assert.Equal(words, ShellWords.Split(line));

    [Theory]
    [InlineData("run 'unended")]
    [InlineData("run \"unended")]
    public void A_quote_has_to_end(string line) => Assert.Throws<UsageException>(() => ShellWords.Split(line));

    [Theory]
    [InlineData("git-receive-pack 'hello'", "git-receive-pack", "hello")]
    [InlineData("git-upload-pack '/hello.git'", "git-upload-pack", "hello")]
    [InlineData("git receive-pack hello/", "git-receive-pack", "hello")]
    [InlineData("git-upload-archive '~/hello'", "git-upload-archive", "hello")]
    public void Gits_services_are_recognised(string line, string service, string app) =>
        Assert.Equal(new GitRequest(service, app), GitRequest.Of(ShellWords.Split(line)));

    [Theory]
    [InlineData("apps")]
    [InlineData("git-receive-pack")]
    [InlineData("git gc hello")]
    [InlineData("git-receive-pack a b")]
    public void Nothing_else_is(string line) => Assert.Null(GitRequest.Of(ShellWords.Split(line)));

    [Theory]
    [InlineData("builds:sbom hello 1 -o bills")]
    [InlineData("builds:sbom -a hello --output=bills 1")]
    [InlineData("images:export hello -o bills")]
    [InlineData("images:save hello -o bills")]
    [InlineData("images:import bills")]
    [InlineData("deploy hello bills")]
    [InlineData("build bills")]
    [InlineData("ssh-keys:add mine bills")]
    public async Task No_file_of_the_server_is_written_or_read(string line)
    {
        await using var platform = new FakePlatform();
        var asked = 0;
        await platform.StartAsync(context =>
        {
            asked++;
            return context.Response.WriteAsync("[]");
        });
        var session = platform.Paas("ssh-session");
        var environment = new Dictionary<string, string?>(session.Environment) { [SshSession.TokenVariable] = "token", ["SSH_ORIGINAL_COMMAND"] = line };
        var result = await (session with { Environment = environment }).RunAsync();
        Assert.Equal(2, result.ExitCode);
        Assert.Matches("own machine|not on the server", result.Stderr);
        Assert.False(Path.Exists(Path.Combine(platform.Home, "bills")));
        Assert.Equal(0, asked);
    }

    [Fact]
    public void The_line_for_sshd_allows_one_program_and_nothing_else() => Assert.Equal(
        "restrict,pty,environment=\"PAAS_SESSION=secret\",command=\"PAAS_SOCKET='/run/a b/it'\\''s \\\"x\\\"' exec '/opt/paas/bin/paas' ssh-session\" ssh-ed25519 AAAA",
        AuthorizedKey.Line("/opt/paas/bin/paas", "/run/a b/it's \"x\"", "secret", "ssh-ed25519", "AAAA"));
}
