using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class VersionCommand : Command
{
    private static readonly Option Server = new("--server", null, null, "also ask the platform for its version");

    public override string Name => "version";

    public override string Summary => "print the version";

    public override IReadOnlyList<Option> Options => [Server];

    public override bool OfApp => false;

    public override async Task<int> RunAsync(Invocation call)
    {
        call.Terminal.Line($"paas/{CliVersion.Text} linux-x64");
        if (!call.Line.Has(Server)) return 0;
        var version = await call.Client.GetVersionAsync(call.Cancelled);
        call.Terminal.Line($"paasd/{version.Version} at {call.Client.Address.Display}, dashboard {version.DashboardUrl}");
        return 0;
    }
}
