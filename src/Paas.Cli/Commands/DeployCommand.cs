using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Cli.Sources;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class DeployCommand : Command
{
    public override string Name => "deploy";

    public override string Summary => "build and release a directory, without git";

    public override string Words => "[DIR]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override string Details => """
        DIR is the current directory where it is not given. In a git work tree it sends the files that git has or would add, as they are
        now, committed or not; elsewhere all but what .dockerignore and .slugignore name. Output and exit code are those of a push.
        """;

    public override IReadOnlyList<string> Examples => ["paas deploy -a hello", "paas deploy -a hello dist"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var directory = Path.GetFullPath(call.FirstWord ?? ".");
        if (!Directory.Exists(directory)) throw new UsageException($"{directory} is no directory");
        var app = call.App;
        var files = SourceFiles.Of(directory);
        if (files.Count == 0) throw new PaasException(ErrorCode.InvalidRequest, $"There are no files in {directory}", "Is everything ignored? See: git status --ignored");
        await using var tar = SourceTar.Open(directory, files, call.Cancelled);
        var source = new BuildSource(null, null, $"paas deploy of {Path.GetFileName(directory)}", Environment.UserName);
        return await BuildOutput.ShowAsync(call.Terminal, app, call.Client.SubmitBuildAsync(app, source, tar, call.Cancelled));
    }
}
