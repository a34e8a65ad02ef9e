using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Output;

/// <summary>What a build prints, and how it ended.</summary>
internal static class BuildOutput
{
    /// <returns>The exit code: 0 where its release is live.</returns>
    public static async Task<int> ShowAsync(Terminal terminal, string app, IAsyncEnumerable<BuildEvent> events)
    {
        var saidWhy = false;
        await foreach (var step in events)
        {
            if (step.Line is { } line)
            {
                terminal.Line(line);
                saidWhy |= line.StartsWith(" !", StringComparison.Ordinal);
            }

            if (step.Result is not { } result) continue;
            if (result.Status == BuildStatus.Succeeded) return 0;
            if (!saidWhy) terminal.Error(result.Error ?? $"The build ended as {result.Status.ToString().ToLowerInvariant()}");
            return ErrorCodes.ExitFailure;
        }

        throw new PaasException(ErrorCode.Unavailable, "The connection broke; the build goes on without it", $"See how it ends: paas builds -a {app}");
    }
}
