using System.Text.RegularExpressions;
using Paas.Build.Remotes;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Git.Commits;

/// <summary>Reads commits, also those that a push has not moved out of its quarantine yet.</summary>
internal static partial class CommitReader
{
    private const string EmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    private const int LongestMessage = 200;
    private const int LongestAuthor = 100;

    /// <summary>The place of a push's new objects (git-receive-pack(1), "Quarantine Environment").</summary>
    /// <param name="repository">The app's repository.</param>
    /// <param name="quarantine">The name of the directory; null without one.</param>
    internal static GitObjects Objects(string repository, string? quarantine)
    {
        if (quarantine is null) return new GitObjects(repository, []);
        // Named by whoever asks: nothing but a quarantine of this repository.
        if (!QuarantineName().IsMatch(quarantine)) throw new PaasException(ErrorCode.InvalidRequest, "that is no quarantine of a push");
        return new GitObjects(repository, [Path.Combine(repository, "objects", quarantine)]);
    }

    /// <summary>What a build records of a commit, and the id of its tree. InvalidRequest for what is none, and for one without files.</summary>
    internal static async Task<(BuildSource Source, string Tree)> ReadAsync(GitObjects objects, string id, string? branch, CancellationToken ct)
    {
        if (!ObjectId().IsMatch(id)) throw new PaasException(ErrorCode.InvalidRequest, $"'{id}' is not the id of a commit");
        var shown = await GitProgram.RunAsync(
            ["log", "--no-walk", "--no-show-signature", "--encoding=UTF-8", "--format=%H%x00%T%x00%an%x00%s", id], objects.ForReading(), ct);
        if (shown.ExitCode != 0 || shown.Output.TrimEnd('\n').Split('\0') is not [var commit, var tree, var author, var message])
            throw new PaasException(ErrorCode.InvalidRequest, $"{id} is not a commit");
        // It leads to a commit, but is none. git itself would refuse it as a branch, only after it has been deployed.
        if (commit != id) throw new PaasException(ErrorCode.InvalidRequest, "An annotated tag cannot be a branch", $"Push the commit that it names: git push paas 'TAG^{{}}:{branch ?? "main"}'");
        if (tree == EmptyTree) throw new PaasException(ErrorCode.InvalidRequest, "The commit is empty: there are no files in it to build", "Add some: git add . && git commit");
        return (new BuildSource(commit, branch, Start(message, LongestMessage), Start(author, LongestAuthor)), tree);
    }

    private static string Start(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "…";

    [GeneratedRegex(@"\A(?:tmp_objdir-)?incoming-[A-Za-z0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex QuarantineName();

    [GeneratedRegex(@"\A[0-9a-f]{40}(?:[0-9a-f]{24})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectId();
}
