using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class GitAuthCommand : Command
{
    private static readonly Option PasswordStdin = new("--password-stdin", null, null, "read the password from standard input");
    private static readonly Option Remove = new("--remove", null, null, "forget the login");

    public override string Name => "git:auth";

    public override string Summary => "log the platform in to another git server, for git:sync and submodules over HTTP";

    public override string Words => "[HOST [USER [PASSWORD]]]";

    public override (int Least, int Most) WordCount => (0, 3);

    public override IReadOnlyList<Option> Options => [PasswordStdin, Remove];

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override string Details => """
        Without a host the logins are listed. PASSWORD is usually an access token; as a word others on your machine may see it, so rather be
        asked, or use --password-stdin. It is kept encrypted on the server. Whoever may deploy an app can fetch with it: give it no more
        rights than to read. For one repository alone an app's own key is better: paas git:public-key.
        """;

    public override IReadOnlyList<string> Examples => ["paas git:auth github.com ann --password-stdin < token", "paas git:auth --remove github.com"];

    public override async Task<int> RunAsync(Invocation call)
    {
        if (call.FirstWord is not { } word) return await ListAsync(call);
        // As it is copied out of a browser.
        var host = (word.Split("://", 2) is [_, var rest] ? rest : word).TrimEnd('/');
        if (call.Line.Has(Remove))
        {
            await call.Client.RemoveGitLoginAsync(host, call.Cancelled);
            call.Terminal.Note($"The login at {host} is forgotten");
            return 0;
        }

        if (call.Words.Count < 2) throw new UsageException("As which user?", $"For example: paas git:auth {host} USER. To forget the login: paas git:auth --remove {host}");
        var password = call.Words.Count > 2
            ? call.Words[2]
            : await SecretPrompt.PasswordAsync(call.Line.Has(PasswordStdin), $"Password or token of {call.Words[1]} at {host}: ", call.Cancelled);
        var login = await call.Client.SetGitLoginAsync(host, new GitLoginRequest(call.Words[1], password), call.Cancelled);
        call.Terminal.Note($"What is fetched from {login.Host} is fetched as {login.UserName}");
        call.Terminal.Next($"Next: paas git:sync --build APP https://{login.Host}/…");
        return 0;
    }

    private static async Task<int> ListAsync(Invocation call)
    {
        var logins = await call.Client.ListGitLoginsAsync(call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(logins, ApiJsonContext.Default.IReadOnlyListGitLoginDocument);
            return 0;
        }

        if (logins.Count == 0)
        {
            call.Terminal.Note("The platform has no login at any git server.");
            call.Terminal.Next("Next: paas git:auth HOST USER");
            return 0;
        }

        call.Terminal.Line(call.Terminal.Style.Bold("=== Git servers"));
        var rows = logins.Select(login => (IReadOnlyList<string>)[login.Host, login.UserName, $"since {Moment.Text(login.Since, DateTimeOffset.UtcNow)}"]);
        foreach (var line in Columns.Align([.. rows])) call.Terminal.Line(line);
        return 0;
    }
}
