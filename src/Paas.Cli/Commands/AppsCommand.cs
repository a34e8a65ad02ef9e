using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class AppsCommand : Command
{
    public override string Name => "apps";

    public override IReadOnlyList<string> Aliases => ["list", "apps:list"];

    public override string Summary => "list the apps";

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var apps = await call.Client.ListAppsAsync(call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(apps, ApiJsonContext.Default.IReadOnlyListAppDocument);
            return 0;
        }

        if (apps.Count == 0)
        {
            call.Terminal.Note("There are no apps yet.");
            call.Terminal.Next("Next: paas create");
            return 0;
        }

        call.Terminal.Line(call.Terminal.Style.Bold("=== Apps"));
        var rows = apps.Select(app => (IReadOnlyList<string>)[app.Name, Wire(app.Status), app.CurrentRelease is { } v ? $"v{v}" : "-", app.Urls.Count > 0 ? app.Urls[0] : ""]);
        foreach (var line in Columns.Align([.. rows])) call.Terminal.Line(line);
        return 0;
    }

    private static string Wire(AppStatus status) => status.ToString().ToLowerInvariant();
}
