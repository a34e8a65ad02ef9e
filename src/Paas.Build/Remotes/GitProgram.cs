using System.ComponentModel;
using System.Diagnostics;

namespace Paas.Build.Remotes;

/// <summary>What a run of git said.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error, trimmed.</param>
public sealed record GitResult(int ExitCode, string Output, string Errors);

/// <summary>Runs git itself, without this host's configuration, without questions, and without anything that a repository could name to be run.</summary>
public static class GitProgram
{
    private static readonly string[] Inherited = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"];

    /// <summary>Runs git to its end; cancelling kills it with its children.</summary>
    /// <param name="arguments">After <c>git</c>.</param>
    /// <param name="environment">Added to that of this process.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="GitRemoteException">There is no git on this host.</exception>
    public static async Task<GitResult> RunAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken ct)
    {
        using var git = Start(arguments, environment);
        try
        {
            var errors = git.StandardError.ReadToEndAsync(ct);
            var output = await git.StandardOutput.ReadToEndAsync(ct);
            await git.WaitForExitAsync(ct);
            return new GitResult(git.ExitCode, output, (await errors).Trim());
        }
        catch (OperationCanceledException)
        {
            git.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Starts git, its output and errors to be read by the caller.</summary>
    /// <exception cref="GitRemoteException">There is no git on this host.</exception>
    public static Process Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var name in Inherited) start.Environment.Remove(name);
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        // What it says is looked at.
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        try
        {
            var git = Process.Start(start)!;
            git.StandardInput.Close();
            return git;
        }
        catch (Win32Exception error)
        {
            throw new GitRemoteException(GitRemoteFailure.NoGit, "this server has no git", error);
        }
    }

    /// <summary>Configuration for one run that no other user of the host can read, unlike arguments (git-config(1), <c>GIT_CONFIG_COUNT</c>).</summary>
    public static Dictionary<string, string> Configuration(IReadOnlyList<(string Key, string Value)> values)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GIT_CONFIG_COUNT"] = values.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        for (var i = 0; i < values.Count; i++)
        {
            environment[$"GIT_CONFIG_KEY_{i}"] = values[i].Key;
            environment[$"GIT_CONFIG_VALUE_{i}"] = values[i].Value;
        }

        return environment;
    }
}
