using System.Globalization;
using Paas.Cli.CommandLine;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

/// <summary>Which build a person means.</summary>
internal static class BuildNumber
{
    /// <summary>A number, with or without <c>#</c>.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static int Parse(string word) =>
        int.TryParse(word.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"'{word}' is not a build", "All of them: paas builds");

    /// <summary>The newest build.</summary>
    /// <exception cref="PaasException">NotFound: the app has none.</exception>
    public static async Task<BuildDocument> NewestAsync(Invocation call, string app) =>
        (await call.Client.ListBuildsAsync(app, call.Cancelled)).MaxBy(build => build.Number)
        ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no builds yet", "Next: git push paas main");
}
