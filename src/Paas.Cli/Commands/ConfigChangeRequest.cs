using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

/// <summary>Changes config vars and says so: <c>Setting A and restarting hello... done, v10</c>, or that there was nothing to change.</summary>
internal static class ConfigChangeRequest
{
    /// <param name="before">The config as it is: what would leave it so is said, and restarts nothing.</param>
    public static async Task SendAsync(Invocation call, string app, string verb, ConfigDocument before, ConfigChange change)
    {
        var names = string.Join(", ", change.Vars.Keys);
        var restarts = change.Vars.Any(pair => before.Vars.GetValueOrDefault(pair.Key) != pair.Value);
        var marks = change.Secrets?.Except(before.Secrets ?? []).Any() == true;
        if (!restarts && !marks)
        {
            call.Terminal.Note($"{verb} {names}... unchanged, nothing restarted");
            return;
        }

        await call.Terminal.DuringAsync(
            restarts ? $"{verb} {names} and restarting {app}" : $"Marking {names} secret",
            call.Client.ChangeConfigAsync(app, change, call.Cancelled),
            release => !restarts ? "done, nothing restarted" : release is null ? "done (nothing runs yet)" : $"done, v{release.Version}");
    }
}
