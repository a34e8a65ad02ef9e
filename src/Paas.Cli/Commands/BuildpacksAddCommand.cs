using Paas.Cli.CommandLine;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class BuildpacksAddCommand : Command
{
    public override string Name => "buildpacks:add";

    public override string Summary => "add a buildpack to those that build the app";

    public override string Words => "[APP] BUILDPACK [BUILDPACK …]";

    public override (int Least, int Most) WordCount => (1, 51);

    public override IReadOnlyList<Option> Options => [BuildpackWords.Index];

    public override string Details => "It comes last; with --index it comes to that place, and what was there after it. How buildpacks are named: paas help buildpacks:set";

    public override IReadOnlyList<string> Examples => ["paas buildpacks:add --index 1 apt", "paas buildpacks:add hello ./buildpacks/fonts"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var (app, buildpacks) = await BuildpackWords.ReadAsync(call, needsBuildpack: true);
        var present = (await call.Client.GetBuildpacksAsync(app, call.Cancelled)).Buildpacks.ToList();
        if (buildpacks.FirstOrDefault(present.Contains) is { } already) throw new PaasException(ErrorCode.Conflict, $"{already} is set already for {app}", $"Its buildpacks: paas buildpacks -a {app}");
        present.InsertRange(BuildpackWords.IndexOf(call, present.Count + 1) ?? present.Count, buildpacks);
        await BuildpackWords.SetAsync(call, app, present, buildpacks.Count == 1 ? "Buildpack added" : "Buildpacks added");
        return 0;
    }
}
