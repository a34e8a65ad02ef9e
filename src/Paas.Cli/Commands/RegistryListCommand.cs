using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class RegistryListCommand : Command
{
    public override string Name => "registry:list";

    public override IReadOnlyList<string> Aliases => ["registry"];

    public override string Summary => "list the image registries the platform is logged in to";

    public override bool OfApp => false;

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var registries = await call.Client.ListRegistriesAsync(call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(registries, ApiJsonContext.Default.IReadOnlyListRegistryDocument);
            return 0;
        }

        if (registries.Count == 0)
        {
            call.Terminal.Note("The platform is not logged in to any registry.");
            call.Terminal.Next("Next: paas registry:login REGISTRY -u USER");
            return 0;
        }

        call.Terminal.Line(call.Terminal.Style.Bold("=== Registries"));
        var rows = registries.Select(registry => (IReadOnlyList<string>)[registry.Registry, registry.UserName, $"since {Moment.Text(registry.Since, DateTimeOffset.UtcNow)}"]);
        foreach (var line in Columns.Align([.. rows])) call.Terminal.Line(line);
        return 0;
    }
}
