using System.Text.Json;
using Paas.Contracts.Api;
using Paas.EndToEnd.Tests.Registry;
using Paas.Testing;
using Paas.Testing.Servers;

namespace Paas.EndToEnd.Tests;

/// <summary>A person with less than every right, at their own machine: git, the command line, skopeo.</summary>
[Collection(ServerCollection.Name)]
public sealed class AccessTests(ServerFixture fixture)
{
    [RootFact]
    public async Task A_person_does_with_an_app_what_their_role_lets_them_and_nothing_with_another()
    {
        var server = fixture.Server;
        await using var app = await AppCheckout.CreateAsync(server, "node", "teamwork");
        await using var secret = await AppCheckout.CreateAsync(server, "node", "secretive");
        (await app.PushAsync()).Succeeded();
        (await server.PaasAsync("users:add", "ann")).Succeeded();
        var token = (await server.PaasAsync("tokens:create", "anns-laptop", "--user", "ann")).Succeeded().Stdout.Trim();
        (await server.PaasAsync("access:add", "ann", "-a", "teamwork", "--role", "read")).Succeeded();

        Assert.Equal("ann", (await AsAsync(token, "whoami")).Succeeded().Stdout.Trim());
        var apps = JsonSerializer.Deserialize((await AsAsync(token, "apps", "--json")).Succeeded().Stdout, ApiJsonContext.Default.IReadOnlyListAppDocument)!;
        Assert.Equal(["teamwork"], apps.Select(one => one.Name));
        (await AsAsync(token, "releases", "-a", "teamwork")).Succeeded();
        await RefusedAsync(token, "takes the role deploy", "config", "-a", "teamwork");
        await RefusedAsync(token, "takes the role deploy", "run", "-a", "teamwork", "--", "true");
        await RefusedAsync(token, "takes the role read", "releases", "-a", "secretive");
        await RefusedAsync(token, "administrators of the platform", "cleanup");
        await RefusedAsync(token, "takes the role read", "images:export", "secretive", "-o", Path.Combine(server.Home, "stolen.tar"));
        Assert.Equal(20, (await AsAsync(token, "releases", "-a", "no-such-app")).ExitCode);

        // git asks the same question: a reader fetches and does not push.
        await app.CommitAsync("Second");
        var url = $"http://ann:{token}@paas.{server.Domain}:{server.HttpPort}/teamwork.git";
        (await server.GitAsync(app.Directory, "ls-remote", url)).Succeeded();
        var push = await server.GitAsync(app.Directory, "push", url, "main");
        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("403", push.Stderr, StringComparison.Ordinal);

        // And so does the registry.
        using var client = await RegistryClient.CreateAsync(server, "teamwork-registry");
        Task<CommandResult> CopyAsync() => client.SkopeoAsync(
            "copy", "--src-tls-verify=false", "--dest-tls-verify=false", "--src-creds", $"ann:{token}", "--dest-creds", $"ann:{token}",
            $"docker://{client.Registry}/teamwork:v1", $"docker://{client.Registry}/teamwork:copy");
        (await client.SkopeoAsync("inspect", "--tls-verify=false", "--creds", $"ann:{token}", $"docker://{client.Registry}/teamwork:v1")).Succeeded();
        var pushed = await CopyAsync();
        Assert.NotEqual(0, pushed.ExitCode);
        Assert.Contains("denied", pushed.Stderr, StringComparison.OrdinalIgnoreCase);

        (await server.PaasAsync("access:add", "ann", "-a", "teamwork")).Succeeded();
        Assert.Equal("ann  deploy\n", (await server.PaasAsync("access", "-a", "teamwork")).Succeeded().Stdout);
        (await AsAsync(token, "config:set", "-a", "teamwork", "COLOUR=blue")).Succeeded();
        (await server.GitAsync(app.Directory, "push", url, "main")).Succeeded();
        (await CopyAsync()).Succeeded();
        await RefusedAsync(token, "takes the role admin", "destroy", "teamwork", "--confirm", "teamwork");

        (await server.PaasAsync("users:remove", "ann")).Succeeded();
        Assert.Equal(1, (await AsAsync(token, "apps")).ExitCode);
    }

    [RootFact]
    public async Task A_persons_own_app_and_a_token_for_a_machine()
    {
        var server = fixture.Server;
        (await server.PaasAsync("users:add", "bob")).Succeeded();
        var token = (await server.PaasAsync("tokens:create", "bobs-laptop", "--user", "bob")).Succeeded().Stdout.Trim();
        (await AsAsync(token, "create", "bobs-app")).Succeeded();
        var ci = (await AsAsync(token, "tokens:create", "bobs-ci", "--scope", "deploy", "--only", "bobs-app")).Succeeded().Stdout.Trim();
        (await AsAsync(ci, "config:set", "-a", "bobs-app", "A=1")).Succeeded();
        await RefusedAsync(ci, "good for bobs-app alone", "create", "another");
        await RefusedAsync(ci, "was made for less (deploy)", "destroy", "bobs-app", "--confirm", "bobs-app");
        Assert.Contains("bobs-ci", (await AsAsync(token, "tokens")).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain(ci, (await new Command("grep", "-rla", ci, server.DataDirectory).RunAsync()).Stdout, StringComparison.Ordinal);
        (await AsAsync(token, "tokens:remove", "bobs-ci")).Succeeded();
        Assert.Equal(1, (await AsAsync(ci, "config", "-a", "bobs-app")).ExitCode);
        (await AsAsync(token, "destroy", "bobs-app", "--confirm", "bobs-app")).Succeeded();
        (await server.PaasAsync("users:remove", "bob")).Succeeded();
    }

    private async Task RefusedAsync(string token, string why, params IReadOnlyList<string> arguments)
    {
        var refused = await AsAsync(token, arguments);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(why, refused.Stderr, StringComparison.Ordinal);
    }

    // As from another machine: by the platform's address, and with a token.
    private Task<CommandResult> AsAsync(string token, params IReadOnlyList<string> arguments)
    {
        var environment = fixture.Server.UserEnvironment();
        environment["PAAS_SOCKET"] = null;
        environment["PAAS_URL"] = fixture.Server.DashboardUrl;
        environment["PAAS_TOKEN"] = token;
        return new Command(Programs.Paas, arguments) { Environment = environment }.RunAsync();
    }
}
