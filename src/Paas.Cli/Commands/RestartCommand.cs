using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class RestartCommand : Command
{
    public override string Name => "restart";

    public override IReadOnlyList<string> Aliases => ["ps:restart"];

    public override string Summary => "replace what runs with new instances of the same release";

    public override string Words => "[TYPE|INSTANCE ...]";

    public override (int Least, int Most) WordCount => (0, int.MaxValue);

    public override bool PrintsData => true;

    public override string Details => """
        Each instance serves until a new one has passed its check and taken its place; one whose successor does not come up keeps running,
        and the message says why it did not. TYPE is a process type, INSTANCE one of paas ps; without words it is everything. It is no new
        release: image and config stay as they are.
        """;

    public override IReadOnlyList<string> Examples => ["paas restart", "paas restart worker", "paas restart web.1"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var instances = await call.Terminal.DuringAsync(
            $"Restarting {(call.Words.Count == 0 ? app : $"{string.Join(", ", call.Words)} of {app}")}", RestartAsync(call, app), _ => "done");
        if (call.Json) call.Terminal.Json(instances, ApiJsonContext.Default.IReadOnlyListInstanceDocument);
        return 0;
    }

    private static async Task<IReadOnlyList<InstanceDocument>> RestartAsync(Invocation call, string app)
    {
        try
        {
            return await call.Client.RestartAsync(app, new RestartRequest([.. call.Words]), call.Cancelled);
        }
        catch (PaasException error) when (error.Code == ErrorCode.NotFound && AppWord.Advice(call.Line) is { } advice)
        {
            throw new PaasException(error.Code, error.Message, error.Hint is null ? advice : $"{error.Hint}\n{advice}", error);
        }
    }
}
