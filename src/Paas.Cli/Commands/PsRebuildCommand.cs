using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class PsRebuildCommand() : AppOrAllCommand("every app that was built here, one after the other")
{
    public override string Name => "ps:rebuild";

    public override string Summary => "build and release the current source again, without a push";

    public override string Details => """
        A push that changes nothing takes the image that there is. This builds it all the same: for newer packages that the app does not
        pin, or after something elsewhere has changed. Output and exit code are those of a push. With --all, one that fails does not keep
        the others.
        """;

    public override IReadOnlyList<string> Examples => ["paas ps:rebuild hello", "paas ps:rebuild --all"];

    protected override Task<int> OneAsync(Invocation call, string app) => BuildOutput.ShowAsync(call.Terminal, app, call.Client.RebuildAsync(app, call.Cancelled));

    protected override async Task<int> AllAsync(Invocation call)
    {
        var apps = await call.Client.ListAppsAsync(call.Cancelled);
        var (built, failed) = (0, new List<string>());
        foreach (var app in apps.Select(app => app.Name))
        {
            try
            {
                if (await OneAsync(call, app) == 0) built++;
                else failed.Add(app);
            }
            catch (PaasException error) when (error.Code == ErrorCode.Conflict)
            {
                call.Terminal.Note($"{app} was left alone: {error.Message}");
            }
            catch (PaasException error) when (error.Code is ErrorCode.AppNotFound or ErrorCode.Forbidden or ErrorCode.InsufficientStorage)
            {
                failed.Add(app);
                call.Terminal.Line($" !     {error.Message}");
            }
        }

        call.Terminal.Line($"Built {built} of {apps.Count} apps{(failed.Count > 0 ? $"; not {string.Join(", ", failed)}" : "")}.");
        return failed.Count > 0 ? ErrorCodes.ExitFailure : 0;
    }
}
