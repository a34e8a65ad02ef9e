using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class TokensCommand : Command
{
    public override string Name => "tokens";

    public override IReadOnlyList<string> Aliases => ["tokens:list"];

    public override string Summary => "list tokens: yours, or, as an administrator, everybody's";

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var tokens = await call.Client.ListTokensAsync(call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(tokens, ApiJsonContext.Default.IReadOnlyListTokenInfoDocument);
            return 0;
        }

        if (tokens.Count == 0)
        {
            call.Terminal.Note("There are no tokens.");
            call.Terminal.Next("Next: paas tokens:create NAME");
            return 0;
        }

        IReadOnlyList<string> head = ["TOKEN", "USER", "SCOPE", "APP", "EXPIRES"];
        var rows = tokens.Select(token => (IReadOnlyList<string>)
            [token.Name, token.User, RoleWord.Of(token.Scope), token.App ?? "every", token.ExpiresAt?.ToString("yyyy-MM-dd HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture) ?? "never"]);
        foreach (var line in Columns.Align([head, .. rows])) call.Terminal.Line(line);
        return 0;
    }
}
