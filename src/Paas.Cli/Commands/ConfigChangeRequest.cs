using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

/// <summary>Changes config vars and says so: <c>Setting A and restarting hello... done, v10</c>.</summary>
internal static class ConfigChangeRequest
{
    public static async Task SendAsync(Invocation call, string app, string verb, Dictionary<string, string?> vars, IReadOnlyList<string>? secrets = null)
    {
        await call.Terminal.DuringAsync(
            $"{verb} {string.Join(", ", vars.Keys)} and restarting {app}",
            call.Client.ChangeConfigAsync(app, new ConfigChange(vars, secrets), call.Cancelled),
            release => release is null ? "done (nothing runs yet)" : $"done, v{release.Version}");
    }
}
