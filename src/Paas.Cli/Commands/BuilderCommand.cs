using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class BuilderCommand : Command
{
    public override string Name => "builder";

    public override IReadOnlyList<string> Aliases => ["builder:report"];

    public override string Summary => "show how the app's source becomes an image";

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var builder = await call.Client.GetBuilderAsync(call.App, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(builder, ApiJsonContext.Default.BuilderDocument);
            return 0;
        }

        call.Terminal.Line($"selected         {builder.Selected ?? "(decided by the source)"}");
        call.Terminal.Line($"dockerfile-path  {builder.DockerfilePath ?? "Dockerfile"}");
        call.Terminal.Line($"build-dir        {builder.BuildDir ?? "(the whole source)"}");
        return 0;
    }
}
