using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class BuildsInfoCommand : Command
{
    private const int MostFiles = 20;

    public override string Name => "builds:info";

    public override string Summary => "show all that is known of a build";

    public override string Words => "[N]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override string Details => "Without a number it takes the newest build.";

    public override bool PrintsData => true;

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var build = call.FirstWord is { } word ? await FindAsync(call, app, BuildNumber.Parse(word)) : await BuildNumber.NewestAsync(call, app);
        if (call.Json)
        {
            call.Terminal.Json(build, ApiJsonContext.Default.BuildDocument);
            return 0;
        }

        call.Terminal.Line(call.Terminal.Style.Bold($"=== {app} Build {build.Number}"));
        foreach (var line in Columns.Align([.. Rows(build, DateTimeOffset.UtcNow)])) call.Terminal.Line(line);
        await ShowChangesAsync(call, app, build);
        call.Terminal.Next($"What it printed: paas builds:output -a {app} {build.Number}");
        return 0;
    }

    private static async Task<BuildDocument> FindAsync(Invocation call, string app, int number) =>
        (await call.Client.ListBuildsAsync(app, call.Cancelled)).FirstOrDefault(build => build.Number == number)
        ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no build {number}", $"All of them: paas builds -a {app}");

    private static async Task ShowChangesAsync(Invocation call, string app, BuildDocument build)
    {
        if (build.Commit is null) return;
        BuildChangesDocument changes;
        try
        {
            changes = await call.Client.GetBuildChangesAsync(app, build.Number, call.Cancelled);
        }
        catch (PaasException error) when (error.Code == ErrorCode.NotFound)
        {
            // A refused push leaves no commit behind.
            return;
        }

        var since = changes.Base is { } commit ? $" since {commit[..8]}" : "";
        call.Terminal.Line($"{changes.Total} {(changes.Total == 1 ? "file" : "files")} changed{since}");
        foreach (var file in changes.Files.Take(MostFiles))
        {
            var letter = file.From is not null ? 'R' : file.Change switch { FileChange.Added => 'A', FileChange.Removed => 'D', _ => 'M' };
            call.Terminal.Line($"  {letter} {(file.From is { } from ? $"{from} -> " : "")}{file.Path}");
        }

        if (changes.Total > MostFiles) call.Terminal.Line($"  and {changes.Total - Math.Min(MostFiles, changes.Files.Count)} more");
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(BuildDocument build, DateTimeOffset now)
    {
        yield return ["Status:", build.Status.ToString().ToLowerInvariant()];
        if (build.Release is { } release) yield return ["Release:", $"v{release}"];
        if (build.ImageOf is { } former) yield return ["Image:", $"that of build {former}: nothing had changed since"];
        if (build.Commit is { } commit) yield return ["Commit:", commit];
        if (build.Branch is { } branch) yield return ["Branch:", branch];
        if (build.Message is { } message) yield return ["Message:", message];
        if (build.Author is { } author) yield return ["Author:", author];
        yield return ["Began:", Moment.Text(build.CreatedAt, now)];
        yield return ["Took:", $"{((build.EndedAt ?? now) - build.CreatedAt).TotalSeconds:0} s"];
    }
}
