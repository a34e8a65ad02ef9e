using System.Globalization;
using Paas.Cli.CommandLine;
using Paas.Cli.Connections;
using Paas.Cli.Git;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

/// <summary>
/// git's credential helper for the platform's address (gitcredentials(7)): the stored token, or on the server itself one that
/// paasd makes for this one push. Whatever else git asks for gets no answer.
/// </summary>
internal sealed class GitCredentialCommand : Command
{
    private const long LifetimeSeconds = 3600;

    public override string Name => "git-credential";

    public override string? Summary => null;

    public override string Words => "get|store|erase";

    public override (int Least, int Most) WordCount => (1, 1);

    public override bool OfApp => false;

    public override async Task<int> RunAsync(Invocation call)
    {
        var asked = CredentialRequest.Read(Console.In);
        // git offers to store and erase too; logins are made and ended by paas alone.
        if (call.Words[0] != "get" || asked.Url is not { } url) return 0;
        if (Invocation.Logins().TokenFor(url) is { } token)
        {
            Answer(call, token, null);
            return 0;
        }

        var socket = Environment.GetEnvironmentVariable("PAAS_SOCKET") is { Length: > 0 } given ? given : PlatformResolver.DefaultSocket;
        if (!File.Exists(socket)) return 0;
        using var client = new PaasClient(PlatformAddress.Local(socket));
        var platform = await client.GetVersionAsync(call.Cancelled);
        if (PlatformUrl.Text(new Uri(platform.DashboardUrl)) != PlatformUrl.Text(url)) return 0;
        var name = $"git-{Guid.NewGuid():N}";
        var made = await client.CreateTokenAsync(new CreateTokenRequest(name, LifetimeSeconds), call.Cancelled);
        Answer(call, made.Secret, made.ExpiresAt);
        return 0;
    }

    private static void Answer(Invocation call, string token, DateTimeOffset? expires)
    {
        var expiry = expires is { } at ? $"password_expiry_utc={at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}\n" : "";
        call.Terminal.Text($"username=paas\npassword={token}\n{expiry}");
    }
}
