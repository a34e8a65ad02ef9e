using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class BuildpacksSetCommand : Command
{
    public override string Name => "buildpacks:set";

    public override string Summary => "say which buildpacks build the app, in their order";

    public override string Words => "[APP] BUILDPACK [BUILDPACK …]";

    public override (int Least, int Most) WordCount => (1, 51);

    public override IReadOnlyList<Option> Options => [BuildpackWords.Index];

    public override string Details => """
        A buildpack is named by the id of an installed one (paas/nodejs, or nodejs), by the address of its git repository
        (https://HOST/REPOSITORY#REF, of a directory in it #REF:DIRECTORY) or of its .tgz, .tar.gz or .zip, or by ./ and a directory of the
        app's source. Administrators also name directories and archives of the server: /opt/buildpacks/mine. Cloud Native Buildpacks and
        Heroku's are understood.

        They take the place of those that were set; with --index one takes the place of one. All that are set have to fit the app.
        """;

    public override IReadOnlyList<string> Examples =>
        ["paas buildpacks:set nodejs", "paas buildpacks:set -a hello https://github.com/heroku/heroku-buildpack-clojure", "paas buildpacks:set --index 1 apt"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var (app, named) = await BuildpackWords.ReadAsync(call, needsBuildpack: true);
        var buildpacks = call.Line.Has(BuildpackWords.Index) ? await ReplacedAsync(call, app, named) : named;
        await BuildpackWords.SetAsync(call, app, buildpacks, buildpacks.Count == 1 ? "Buildpack set" : "Buildpacks set");
        return 0;
    }

    private static async Task<List<string>> ReplacedAsync(Invocation call, string app, IReadOnlyList<string> named)
    {
        if (named.Count != 1) throw new UsageException("With --index one buildpack takes the place of one");
        var present = (await call.Client.GetBuildpacksAsync(app, call.Cancelled)).Buildpacks.ToList();
        // One place past the end is where the first comes.
        var index = BuildpackWords.IndexOf(call, present.Count + 1)!.Value;
        if (index < present.Count) present[index] = named[0];
        else present.Add(named[0]);
        return present;
    }
}
