using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class GitSetCommand : Command
{
    private const string DeployBranch = "deploy-branch";
    private const string RevEnvVar = "rev-env-var";

    public override string Name => "git:set";

    public override string Summary => "say which branch deploys, and how the app learns its commit";

    public override string Words => "[APP] deploy-branch|rev-env-var [VALUE]";

    public override (int Least, int Most) WordCount => (1, 3);

    public override string Details => """
        deploy-branch  the branch that deploys; without a value, the next push adopts its own
        rev-env-var    the variable that holds the deployed commit, GIT_REV if nobody says otherwise; without a value, none

        Both count from the next push on.
        """;

    public override IReadOnlyList<string> Examples => ["paas git:set deploy-branch production", "paas git:set hello rev-env-var COMMIT_SHA"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var isNamed = call.Words.Count == 3 || (call.Words.Count == 2 && !IsProperty(call.Words[0]) && IsProperty(call.Words[1]));
        var app = isNamed ? call.Words[0] : call.App;
        var rest = call.Words.Skip(isNamed ? 1 : 0).ToList();
        var value = rest.Count > 1 ? rest[1] : "";
        var change = rest[0] switch
        {
            DeployBranch => new GitChange(DeployBranch: value),
            RevEnvVar => new GitChange(RevEnvVar: value),
            var other => throw new UsageException($"git has no property {other}", $"Its properties are {DeployBranch} and {RevEnvVar}."),
        };
        var git = await call.Client.ChangeGitAsync(app, change, call.Cancelled);
        call.Terminal.Note($"{app}: {rest[0]} is {(rest[0] == DeployBranch ? git.DeployBranch ?? "that of the next push" : git.RevEnvVar ?? "none")}");
        if (git.DeployBranch is { } branch && rest[0] == DeployBranch && git.Branches.TryGetValue(branch, out var commit) && commit != git.DeployedCommit)
        {
            call.Terminal.Next($"{branch} was pushed before; git pushes only what is new, so to deploy it: git commit --allow-empty, then git push paas {branch}");
        }

        return 0;
    }

    private static bool IsProperty(string word) => word is DeployBranch or RevEnvVar;
}
