using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class AccessAddCommand : Command
{
    private static readonly Option Role = new("--role", null, "ROLE", "read, deploy (without it) or admin");

    public override string Name => "access:add";

    public override IReadOnlyList<string> Aliases => ["access:update"];

    public override string Summary => "let a person work on an app";

    public override string Words => "USER";

    public override (int Least, int Most) WordCount => (1, 1);

    public override IReadOnlyList<Option> Options => [Role];

    public override string Details => """
        read    see the app, its releases, builds and logs; fetch its source, pull its images
        deploy  change what runs: push, roll back, scale, run commands, set config vars
        admin   destroy the app, and say who else may do what
        """;

    public override IReadOnlyList<string> Examples => ["paas access:add ann -a hello", "paas access:add bob@example.com -a hello --role read"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var role = call.Line.Value(Role) is { } text ? RoleWord.Parse("--role", text) : AccessRole.Deploy;
        var given = await call.Client.GiveAccessAsync(call.App, call.Words[0], new AccessRequest(role), call.Cancelled);
        call.Terminal.Note($"{given.User} has the role {RoleWord.Of(given.Role)} with {call.App}");
        return 0;
    }
}
