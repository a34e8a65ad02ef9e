using Paas.Cli.CommandLine;
using Paas.Cli.Connections;
using Paas.Cli.Git;
using Paas.Cli.Output;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class LoginCommand : Command
{
    private static readonly Option TokenStdin = new("--token-stdin", null, null, "read the token from standard input");

    public override string Name => "login";

    public override string Summary => "log in to a platform with a token";

    public override string Words => "[URL]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override IReadOnlyList<Option> Options => [TokenStdin];

    public override bool OfApp => false;

    public override string Details => """
        A token comes from the server: there, as root, 'paas login:token' prints one. It is kept in ~/.config/paas/hosts.json,
        readable by you alone, and git asks for it from there. On the server itself root needs no login.
        """;

    public override IReadOnlyList<string> Examples => ["paas login http://paas.example.com", "paas login http://paas.example.com --token-stdin < token"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var file = HostFile.OfUser() ?? throw new PaasException(ErrorCode.InvalidRequest, "HOME is not set, so there is nowhere to keep a login");
        var logins = file.Read();
        var text = call.FirstWord ?? call.Line.Value(Option.Host) ?? Environment.GetEnvironmentVariable("PAAS_URL") ?? logins.Current
            ?? throw new UsageException("Log in to which platform?", "For example: paas login http://paas.example.com");
        var url = PlatformUrl.Parse(text);
        using (var stranger = new PaasClient(new PlatformAddress(url, null, null))) await stranger.GetVersionAsync(call.Cancelled);
        var token = Token(call, url);
        using var client = new PaasClient(new PlatformAddress(url, null, token));
        var identity = await WhoAsync(client, call);
        file.Write(logins.With(url, new HostLogin(token, identity)));
        CredentialHelper.Install(url);
        call.Terminal.Note($"Logged in to {PlatformUrl.Text(url)} as {identity}");
        call.Terminal.Next("Next: paas apps");
        return 0;
    }

    private static async Task<string> WhoAsync(PaasClient client, Invocation call)
    {
        try
        {
            return (await client.WhoAmIAsync(call.Cancelled)).Name;
        }
        catch (PaasException error) when (error.Code == ErrorCode.Unauthenticated)
        {
            throw new PaasException(ErrorCode.Unauthenticated, $"{client.Address.Display} does not know this token", "A new one, on the server as root: paas login:token", error);
        }
    }

    private static string Token(Invocation call, Uri url)
    {
        var token = call.Line.Has(TokenStdin) ? Console.In.ReadLine() : Ask(url);
        token = token?.Trim();
        return string.IsNullOrEmpty(token) ? throw new UsageException("The token is empty", "On the server, as root: paas login:token") : token;
    }

    private static string Ask(Uri url)
    {
        if (!Console.IsInputRedirected) Console.Error.WriteLine("A token comes from the server; there, as root: paas login:token");
        return SecretPrompt.Read($"Token for {PlatformUrl.Text(url)}: ")
            ?? throw new UsageException("There is no terminal to ask for the token at", "Give it on standard input: paas login URL --token-stdin");
    }
}
