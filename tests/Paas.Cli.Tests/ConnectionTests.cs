using Paas.Cli.CommandLine;
using Paas.Cli.Connections;
using Paas.Cli.Git;
using Paas.Cli.Hook;
using Paas.Contracts.Errors;
using Paas.Testing;

namespace Paas.Cli.Tests;

/// <summary>Which platform, as whom; what git asks.</summary>
public sealed class ConnectionTests
{
    private const string Example = "https://paas.example.com";

    [Theory]
    [InlineData("paas.example.com", "https://paas.example.com")]
    [InlineData("http://paas.example.com/", "http://paas.example.com")]
    [InlineData("HTTP://Paas.Example.com:80/apps?x#y", "http://paas.example.com")]
    [InlineData("https://paas.example.com:8443", "https://paas.example.com:8443")]
    [InlineData("paas.localhost", "http://paas.localhost")]
    [InlineData("paas.localhost:8080", "http://paas.localhost:8080")]
    [InlineData("localhost:8080/x", "http://localhost:8080")]
    public void An_address_is_scheme_host_and_port(string typed, string address) => Assert.Equal(address, PlatformUrl.Text(PlatformUrl.Parse(typed)));

    [Theory]
    [InlineData("")]
    [InlineData("ftp://paas.example.com")]
    [InlineData("http://")]
    [InlineData("two words")]
    public void What_is_no_address_is_refused(string typed) => Assert.Throws<UsageException>(() => PlatformUrl.Parse(typed));

    [Theory]
    [InlineData("http://paas.localhost:8080/hello.git", "http://paas.localhost:8080", "hello")]
    [InlineData("https://me:secret@paas.example.com/hello", "https://paas.example.com", "hello")]
    [InlineData("git@github.com:x/y.git", null, null)]
    [InlineData("https://github.com/x/y.git", null, null)]
    [InlineData("/srv/x.git", null, null)]
    [InlineData("./a:b", null, null)]
    [InlineData("x.git", null, null)]
    [InlineData("helper::hello", null, null)]
    [InlineData("file:///hello.git", null, null)]
    [InlineData("ssh://paas@host:2222/hello", null, "hello")]
    [InlineData("ssh://host/~/hello.git", null, "hello")]
    [InlineData("ssh://git@host/team/hello.git", null, null)]
    [InlineData("paas@host:hello", null, "hello")]
    [InlineData("host:/hello.git", null, "hello")]
    [InlineData("paas@[::1]:hello", null, "hello")]
    [InlineData("[paas@host:2222]:hello", null, "hello")]
    [InlineData("https://paas.example.com/", null, null)]
    public void A_remote_names_platform_and_app(string remote, string? platform, string? app)
    {
        var read = PlatformUrl.OfRemote(remote);
        Assert.Equal(platform, read?.Platform is { } found ? PlatformUrl.Text(found) : null);
        Assert.Equal(app, read?.App);
    }

    [Fact]
    public void The_first_that_names_a_platform_wins()
    {
        var logins = HostLogins.None.With(new Uri(Example), new HostLogin("t1", "laptop")).With(new Uri("http://other"), new HostLogin("t2", "x"));
        var none = new Dictionary<string, string?>();
        var url = new Dictionary<string, string?> { ["PAAS_URL"] = "http://env", ["PAAS_SOCKET"] = "/run/x.sock", ["PAAS_TOKEN"] = "t3" };
        var socket = new Dictionary<string, string?> { ["PAAS_SOCKET"] = "/run/x.sock" };
        Uri? Nowhere() => null;

        Assert.Equal(new PlatformAddress(new Uri(Example), null, "t1"), PlatformResolver.Resolve("paas.example.com", none.GetValueOrDefault, logins, Nowhere));
        Assert.Equal(new PlatformAddress(new Uri("http://env"), null, "t3"), PlatformResolver.Resolve(null, url.GetValueOrDefault, logins, Nowhere));
        Assert.Equal("/run/x.sock", PlatformResolver.Resolve(null, socket.GetValueOrDefault, logins, Nowhere).SocketPath);
        Assert.Equal("t1", PlatformResolver.Resolve(null, none.GetValueOrDefault, logins, () => new Uri(Example)).Token);
        Assert.Equal("t2", PlatformResolver.Resolve(null, none.GetValueOrDefault, logins, () => new Uri("http://stranger")).Token);
    }

    [Fact]
    public void Logins_are_kept_for_their_owner_alone()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("paas", "hosts.json");
        var file = new HostFile(path);
        Assert.Empty(file.Read().Hosts);
        file.Write(file.Read().With(new Uri(Example), new HostLogin("secret", "laptop")));
        file.Write(file.Read().With(new Uri("http://Other:8080/"), new HostLogin("secret2", "desk")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal("secret", file.Read().TokenFor(new Uri(Example)));
        Assert.Equal("http://other:8080", file.Read().Current);
        file.Write(file.Read().Without("http://other:8080"));
        Assert.Equal(Example, file.Read().Current);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_damaged_file_of_logins_says_what_to_do()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("hosts.json");
        File.WriteAllText(path, "{ broken");
        Assert.Contains($"rm {path}", Assert.Throws<PaasException>(() => new HostFile(path).Read()).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Git_s_question_is_read_to_its_empty_line()
    {
        var asked = CredentialRequest.Read(new StringReader("protocol=http\nhost=paas.localhost:8080\nwwwauth[]=Basic realm=\"Paas\"\n\nhost=other\n"));
        Assert.Equal(new Uri("http://paas.localhost:8080"), asked.Url);
        Assert.Null(CredentialRequest.Read(new StringReader("protocol=ssh\nhost=x\n")).Url);
        Assert.Null(CredentialRequest.Read(new StringReader("")).Url);
    }

    [Theory]
    [InlineData("/opt/paas/bin/paas", "!f() { test \"$1\" != get || exec /opt/paas/bin/paas git-credential get; }; f")]
    [InlineData("/my dir/it's/paas", "!f() { test \"$1\" != get || exec '/my dir/it'\\''s/paas' git-credential get; }; f")]
    public void The_helper_is_a_safe_command_line(string program, string command) => Assert.Equal(command, CredentialHelper.Command(program));

    [Fact]
    public void The_branch_that_deploys_is_the_app_s_else_the_first_pushed()
    {
        var zeros = new string('0', 40);
        var ones = new string('1', 40);
        var updates = RefUpdate.Read(new StringReader(
            $"{zeros} {ones} refs/tags/v1\n{zeros} {ones} refs/heads/topic\n{zeros} {ones} refs/heads/main\n{ones} {zeros} refs/heads/master\nnonsense\n"));
        Assert.Equal(4, updates.Count);
        Assert.Equal("release", RefUpdate.DeployBranch("release", updates));
        Assert.Equal("main", RefUpdate.DeployBranch(null, updates));
        Assert.Equal("topic", RefUpdate.DeployBranch(null, updates[..2]));
        Assert.Null(RefUpdate.DeployBranch(null, updates[..1]));
        Assert.Null(RefUpdate.DeployBranch(null, updates[3..]));
        Assert.Equal("tags/v1", updates[0].ShortName);
        Assert.True(updates[3].Deletes);
    }
}
