using System.Globalization;
using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class LoginTokenCommand : Command
{
    private static readonly Option Days = new("--days", null, "N", "how long it is good for; without it, until it is taken away");
    private static readonly Option User = new("--user", null, "NAME", "whose it is; without it, yours");
    private static readonly Option Scope = new("--scope", null, "ROLE", "the most that it may: read, deploy or admin; without it, all that you may");
    private static readonly Option OnlyApp = new("--only", null, "APP", "the only app that it is good for");

    public override string Name => "login:token";

    public override IReadOnlyList<string> Aliases => ["tokens:create"];

    public override string Summary => "make a token to log in with elsewhere";

    public override string Words => "[NAME]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override IReadOnlyList<Option> Options => [Days, User, Scope, OnlyApp];

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override string Details => """
        NAME says what it is for, e.g. laptop. It is shown this once; paas login, the dashboard, git and docker login take it. A token never may
        more than the person whose it is.
        """;

    public override IReadOnlyList<string> Examples => ["paas tokens:create laptop", "paas tokens:create ci --scope deploy --only hello --days 90", "paas tokens:create anns-laptop --user ann"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var name = call.FirstWord ?? $"token-{DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        var token = await call.Client.CreateTokenAsync(Request(name, call.Line), call.Cancelled);
        if (call.Json) call.Terminal.Json(token, ApiJsonContext.Default.TokenDocument);
        else call.Terminal.Line(token.Secret);
        if (call.Terminal.OutputIsTerminal)
        {
            var url = (await call.Client.GetVersionAsync(call.Cancelled)).DashboardUrl;
            call.Terminal.Next($"Use it at {url}, or elsewhere with: paas login {url}");
        }

        return 0;
    }

    private static CreateTokenRequest Request(string name, ParsedLine line) => new(
        name, Lifetime(line.Value(Days)), line.Value(User), line.Value(Scope) is { } scope ? RoleWord.Parse("--scope", scope) : null, line.Value(OnlyApp));

    private static long? Lifetime(string? days)
    {
        if (days is null) return null;
        if (int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 36_500) return count * 86_400L;
        throw new UsageException($"--days takes a number of days, not {days}");
    }
}
