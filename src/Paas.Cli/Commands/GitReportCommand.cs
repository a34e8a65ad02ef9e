using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class GitReportCommand : Command
{
    public override string Name => "git:report";

    public override string Summary => "show the app's repository and what pushes to it do";

    public override string Words => "[APP]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.FirstWord ?? call.App;
        var git = await call.Client.GetGitAsync(app, call.Cancelled);
        if (call.Json)
        {
            call.Terminal.Json(git, ApiJsonContext.Default.GitDocument);
            return 0;
        }

        call.Terminal.Line(call.Terminal.Style.Bold($"=== {app} git information"));
        foreach (var line in Columns.Align([.. Rows(git)])) call.Terminal.Line(line);
        return 0;
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(GitDocument git)
    {
        yield return ["Git deploy branch:", git.DeployBranch ?? "(the first that is pushed)"];
        yield return ["Git rev env var:", git.RevEnvVar ?? "(none)"];
        yield return ["Git sha:", git.DeployedCommit ?? "(none)"];
        yield return ["Git remote:", git.Url];
        if (git.SshUrl is { } ssh) yield return ["Git remote over SSH:", ssh];
        foreach (var (name, commit) in git.Branches.OrderBy(branch => branch.Key, StringComparer.Ordinal)) yield return [$"Branch {name}:", commit];
    }
}
