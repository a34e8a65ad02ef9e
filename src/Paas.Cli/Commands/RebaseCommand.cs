using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class RebaseCommand() : AppOrAllCommand("every app that is behind")
{
    public override string Name => "rebase";

    public override string Summary => "put an app on the newest base image without building it";

    public override string Details => """
        The app's own layers stay what they are; what is below them is replaced. It is a release like any other: it has to become healthy, else
        what was live goes on, and paas rollback goes back. With --all, one app after the other; one that fails does not keep the others.
        """;

    public override IReadOnlyList<string> Examples => ["paas rebase hello", "paas stack:update && paas rebase --all"];

    protected override async Task<int> OneAsync(Invocation call, string app)
    {
        await foreach (var step in call.Client.RebaseAsync(app, call.Cancelled))
        {
            if (step.Line is { } line) call.Terminal.Line(line);
            if (step.Result is not null) return 0;
        }

        throw new PaasException(ErrorCode.Unavailable, "The connection broke before the release was live", $"What became of it: paas releases -a {app}");
    }

    protected override async Task<int> AllAsync(Invocation call)
    {
        var found = await call.Client.ListStacksAsync(call.Cancelled);
        var behind = found.Stacks.SelectMany(stack => stack.Apps).Where(app => app.Behind).Select(app => app.App).ToList();
        var failed = new List<string>();
        foreach (var app in behind)
        {
            try
            {
                await OneAsync(call, app);
            }
            catch (PaasException error) when (error.Code is ErrorCode.DeploymentFailed or ErrorCode.Conflict or ErrorCode.AppNotFound or ErrorCode.Forbidden)
            {
                failed.Add(app);
                call.Terminal.Line($" !     {error.Message}");
            }
        }

        foreach (var other in found.Others) call.Terminal.Note($"{other.App} was left alone: {other.Reason}");
        call.Terminal.Line(behind.Count == 0
            ? "Every app on a stack is on the newest already."
            : $"Rebased {behind.Count - failed.Count} of {behind.Count} apps{(failed.Count > 0 ? $"; not {string.Join(", ", failed)}" : "")}.");
        return failed.Count > 0 ? 1 : 0;
    }
}
