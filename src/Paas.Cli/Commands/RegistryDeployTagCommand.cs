using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class RegistryDeployTagCommand : Command
{
    private static readonly Option None = new("--none", null, null, "release no pushed image");

    public override string Name => "registry:deploy-tag";

    public override string Summary => "show or set which pushed tag is released";

    public override string Words => "[TAG]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override IReadOnlyList<Option> Options => [None];

    public override bool PrintsData => true;

    public override string Details => "An image pushed to the app's repository under this tag is released at once. '*' is every tag; a new app has 'latest'.";

    public override IReadOnlyList<string> Examples => ["paas registry:deploy-tag", "paas registry:deploy-tag main -a hello", "paas registry:deploy-tag --none -a hello"];

    public override async Task<int> RunAsync(Invocation call)
    {
        if (call.FirstWord is not null && call.Line.Has(None)) throw new UsageException("either a tag or --none", "See: paas help registry:deploy-tag");
        var registry = call.FirstWord is { } tag || call.Line.Has(None)
            ? await call.Client.SetRegistryAsync(call.App, new AppRegistryRequest(call.FirstWord), call.Cancelled)
            : await call.Client.GetRegistryAsync(call.App, call.Cancelled);
        if (call.Json) call.Terminal.Json(registry, ApiJsonContext.Default.AppRegistryDocument);
        else call.Terminal.Line(registry.DeployTag ?? "none");
        call.Terminal.Next(registry.DeployTag is { } deployed
            ? $"docker push {registry.Repository}:{(deployed == "*" ? "TAG" : deployed)} releases the image."
            : $"Nothing that is pushed to {registry.Repository} is released.");
        return 0;
    }
}
