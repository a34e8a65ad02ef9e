using Paas.Cli.Connections;
using Paas.Cli.Output;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Hook;

/// <summary>
/// Deploys a push before git accepts it: one POST names the commit and the quarantine that it is in, the build's output comes back by its
/// answer, and its end decides whether the branch moves.
/// </summary>
internal sealed class PreReceive(PaasClient client, string app, Terminal terminal)
{
    public async Task<int> RunAsync(TextReader input, CancellationToken ct)
    {
        var updates = RefUpdate.Read(input);
        var deployBranch = RefUpdate.DeployBranch((await client.GetAppAsync(app, ct)).DeployBranch, updates);
        foreach (var update in updates.Where(update => update.Branch is null || update.Branch != deployBranch)) Explain(update, deployBranch);
        var deploy = updates.Find(update => update.Branch is not null && update.Branch == deployBranch);
        if (deploy is null) return 0;
        if (deploy.Deletes)
        {
            terminal.Error($"{deployBranch} is the branch that deploys {app}, so it stays", $"To remove the app with all it owns: paas destroy -a {app}");
            return ErrorCodes.ExitFailure;
        }

        return await DeployAsync(deploy, ct);
    }

    private void Explain(RefUpdate update, string? deployBranch)
    {
        if (update.Deletes) return;
        if (update.Tag is { } tag)
        {
            terminal.Note($"-----> Tag {tag} accepted; tags do not deploy");
            terminal.Note($"       To deploy it: git push {Remote} '{tag}^{{}}:{deployBranch ?? "main"}'");
            return;
        }

        terminal.Error(
            deployBranch is null ? $"Pushed {update.ShortName}; only a branch deploys" : $"Pushed {update.ShortName}; only {deployBranch} deploys",
            deployBranch is null || update.Branch is null ? null : $"To deploy it: git push {Remote} {update.Branch}:{deployBranch}");
    }

    private const string Remote = "paas";

    private async Task<int> DeployAsync(RefUpdate update, CancellationToken ct)
    {
        // Until this hook lets the push through, only git's quarantine has its objects.
        var quarantine = Environment.GetEnvironmentVariable("GIT_QUARANTINE_PATH") is { Length: > 0 } path ? Path.GetFileName(path) : null;
        var request = new CommitBuildRequest(update.New, update.Branch, quarantine);
        var said = new List<string>();
        try
        {
            await foreach (var step in client.BuildCommitAsync(app, request, ct))
            {
                if (step.Line is { } line) Print(line, said);
                if (step.Result is { } result) return End(result, said);
            }
        }
        catch (IOException error)
        {
            terminal.Error($"The connection to paasd broke: {error.Message}");
        }

        terminal.Error("The build goes on without this push", $"See how it ends: paas builds -a {app}");
        return ErrorCodes.ExitFailure;
    }

    // The output has usually said why already.
    private int End(BuildResultDocument result, List<string> said)
    {
        if (result.Status == BuildStatus.Succeeded) return 0;
        var error = result.Error ?? $"The build ended as {result.Status.ToString().ToLowerInvariant()}";
        if (!said.Exists(line => line.Contains(error.Split('\n')[0], StringComparison.Ordinal))) terminal.Error(error);
        return ErrorCodes.ExitFailure;
    }

    private void Print(string line, List<string> said)
    {
        terminal.Note(line);
        if (line.StartsWith(" !", StringComparison.Ordinal)) said.Add(line);
    }
}
