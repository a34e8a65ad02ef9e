using System.Globalization;
using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class RollbackCommand : Command
{
    public override string Name => "rollback";

    public override IReadOnlyList<string> Aliases => ["releases:rollback"];

    public override string Summary => "go back to an earlier release";

    public override string Words => "[vN]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override bool PrintsData => true;

    public override string Details => "Makes a new release with the image, config vars and processes of an earlier one: vN, else the one that served before the live one.";

    public override IReadOnlyList<string> Examples => ["paas rollback", "paas rollback v12"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = call.App;
        var releases = await call.Client.ListReleasesAsync(app, call.Cancelled);
        var live = releases.FirstOrDefault(release => release.Live)
            ?? throw new PaasException(ErrorCode.Conflict, $"{app} has no live release to roll back from", "Next: git push paas main");
        // Which release served before the live one only the platform knows; it chooses where nobody names one.
        int? target = call.FirstWord is { } word ? Version(word) : null;
        var made = await call.Terminal.DuringAsync(
            target is null ? $"Rolling back {app}" : $"Rolling back {app} to v{target}",
            call.Client.RollbackAsync(app, new RollbackRequest(target), call.Cancelled),
            release => target is null ? $"done, v{release.Version} ({release.Description})" : $"done, v{release.Version}");
        if (call.Json) call.Terminal.Json(made, ApiJsonContext.Default.ReleaseDocument);
        else call.Terminal.Next($"Rollback affects code and config vars. To undo it: paas rollback -a {app} v{live.Version}");
        return 0;
    }

    internal static int Version(string word)
    {
        var digits = word is ['v' or 'V', .. var rest] ? rest : word;
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0) return version;
        throw new UsageException($"'{word}' is not a release", "For example: paas rollback v12. All of them: paas releases");
    }
}
