using Paas.Cli.CommandLine;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class BuildpacksRemoveCommand : Command
{
    public override string Name => "buildpacks:remove";

    public override string Summary => "take a buildpack from those that build the app";

    public override string Words => "[APP] [BUILDPACK]";

    public override (int Least, int Most) WordCount => (0, 2);

    public override IReadOnlyList<Option> Options => [BuildpackWords.Index];

    public override string Details => "It is named as it was set, or by its place: --index 2.";

    public override IReadOnlyList<string> Examples => ["paas buildpacks:remove apt", "paas buildpacks:remove hello --index 1"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var hasIndex = call.Line.Has(BuildpackWords.Index);
        var (app, buildpacks) = await BuildpackWords.ReadAsync(call, needsBuildpack: !hasIndex);
        if (buildpacks.Count > (hasIndex ? 0 : 1)) throw new UsageException("A buildpack is removed by its name or by --index", "One at a time.");
        var present = (await call.Client.GetBuildpacksAsync(app, call.Cancelled)).Buildpacks.ToList();
        var index = BuildpackWords.IndexOf(call, present.Count) ?? present.IndexOf(buildpacks[0]);
        if (index < 0) throw new PaasException(ErrorCode.NotFound, $"{buildpacks[0]} is not set for {app}", $"Its buildpacks: paas buildpacks -a {app}");
        present.RemoveAt(index);
        await BuildpackWords.SetAsync(call, app, present, "Buildpack removed");
        return 0;
    }
}
