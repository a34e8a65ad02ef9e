using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class GitSyncCommand : Command
{
    private static readonly Option Build = new("--build", null, null, "build and release what was fetched");
    private static readonly Option BuildIfChanged = new("--build-if-changes", null, null, "the same, where the branch has moved");

    public override string Name => "git:sync";

    public override string Summary => "fetch from another git server, and release what it has";

    public override string Words => "[APP] URL [REF]";

    public override (int Least, int Most) WordCount => (1, 3);

    public override IReadOnlyList<Option> Options => [Build, BuildIfChanged];

    public override string Details => """
        REF is a branch, a tag or a commit; without it, what the repository's HEAD names. It becomes the app's deploy branch, whatever that
        was before. Without an option nothing is built.

        Over SSH the server shows the app's own key (paas git:public-key), over HTTP the login of paas git:auth.
        """;

    public override IReadOnlyList<string> Examples =>
        ["paas git:sync --build hello https://github.com/team/hello.git", "paas git:sync --build-if-changes hello git@github.com:team/hello.git v1.2"];

    public override async Task<int> RunAsync(Invocation call)
    {
        if (call.Line.Has(Build) && call.Line.Has(BuildIfChanged)) throw new UsageException("--build and --build-if-changes exclude each other");
        var words = call.Words.ToList();
        // An app's name has none of these.
        var at = words.FindIndex(word => word.AsSpan().IndexOfAny(":/") >= 0);
        if (at is < 0 or > 1 || words.Count - at > 2) throw new UsageException("Which repository?", "For example: paas git:sync --build hello https://github.com/team/hello.git");
        var app = at == 1 ? words[0] : call.App;
        var build = call.Line.Has(Build) ? SyncBuild.Always : call.Line.Has(BuildIfChanged) ? SyncBuild.IfChanged : SyncBuild.Never;
        var request = new GitSyncRequest(words[at], words.Count > at + 1 ? words[at + 1] : null, build);
        return await BuildOutput.ShowAsync(call.Terminal, app, call.Client.SyncAsync(app, request, call.Cancelled));
    }
}
