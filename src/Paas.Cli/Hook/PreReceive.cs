using Paas.Cli.Connections;
using Paas.Cli.Git;
using Paas.Cli.Output;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Hook;

/// <summary>
/// Deploys a push before git accepts it: the source goes in by one POST, the build's output comes back by its answer, and its end
/// decides whether the branch moves. Runs inside git's quarantine, which only this process and its children can see into.
/// </summary>
internal sealed class PreReceive(PaasClient client, string app, Terminal terminal)
{
    private const string EmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

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
        var commit = Commit(update.New);
        if (commit.Id != update.New)
        {
            // It leads to a commit, but is none. git itself would refuse it, only after it has been deployed.
            terminal.Error("An annotated tag cannot be a branch", $"Push the commit that it names: git push {Remote} 'TAG^{{}}:{update.Branch}'");
            return ErrorCodes.ExitFailure;
        }

        if (commit.Tree == EmptyTree)
        {
            terminal.Error("The commit is empty: there are no files in it to build", "Add some: git add . && git commit");
            return ErrorCodes.ExitFailure;
        }

        WarnOfSubmodules(update.New);
        var source = new BuildSource(commit.Id, update.Branch, commit.Message, commit.Author);
        await using var tar = SourceArchive.Of(update.New);
        var said = new List<string>();
        try
        {
            await foreach (var step in client.SubmitBuildAsync(app, source, tar, ct))
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

    // In a commit they are but the names of other repositories' commits, so that without a word their directories would just be empty.
    private void WarnOfSubmodules(string commit)
    {
        if (GitCheckout.Run("rev-parse", "--quiet", "--verify", commit + ":.gitmodules") is not { Code: 0 }) return;
        if (GitCheckout.Run("ls-tree", "-r", "-z", commit) is not { Code: 0, Output: var entries }) return;
        foreach (var entry in entries.Split('\0').Where(entry => entry.StartsWith("160000 ", StringComparison.Ordinal)))
        {
            terminal.Error(
                $"{entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..]} is a submodule: its files are not in this push, and its directory is empty in the build",
                "Commit its files instead (git subtree), or deploy the checkout with them: paas deploy");
        }
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

    private static string Start(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "…";

    // A pushed tag object or a branch both lead to a commit.
    private static (string Id, string Tree, string Message, string Author) Commit(string id)
    {
        var shown = GitCheckout.Run("log", "--no-walk", "--no-show-signature", "--encoding=UTF-8", "--format=%H%x00%T%x00%an%x00%s", id);
        if (shown is not { Code: 0, Output: var text } || text.Split('\0') is not [var commit, var tree, var author, var message])
            throw new PaasException(ErrorCode.InvalidRequest, $"{id} is not a commit");
        // Both travel in the address of a request, whose length servers limit.
        return (commit, tree, Start(message, 200), Start(author, 100));
    }
}
