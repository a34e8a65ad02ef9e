using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class WhoAmICommand : Command
{
    public override string Name => "whoami";

    public override IReadOnlyList<string> Aliases => ["auth:whoami"];

    public override string Summary => "say who you are to the platform";

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var who = await call.Client.WhoAmIAsync(call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(who, ApiJsonContext.Default.IdentityDocument);
            return 0;
        }

        call.Terminal.Line(who.User ?? who.Name);
        if (who.User is not null)
            call.Terminal.Note($"By the token '{who.Name}'{(who.Scope is { } scope and not AccessRole.Admin ? $", for {RoleWord.Of(scope)}" : "")}{(who.App is { } app ? $", for {app} alone" : "")}");
        return 0;
    }
}
