using System.Diagnostics;

namespace Paas.Cli.Git;

/// <summary>The git checkout of the current directory, through git itself.</summary>
internal static class GitCheckout
{
    public static bool Exists() => Run("rev-parse", "--git-dir") is { Code: 0 };

    /// <summary>The address of a remote, or null.</summary>
    public static string? RemoteUrl(string remote) => Run("config", "--get", $"remote.{remote}.url") is { Code: 0, Output: var url } && url.Length > 0 ? url : null;

    public static bool AddRemote(string remote, string url) => Run("remote", "add", remote, url) is { Code: 0 };

    public static bool SetRemote(string remote, string url) => Run("remote", "set-url", remote, url) is { Code: 0 };

    public static bool RemoveRemote(string remote) => Run("remote", "remove", remote) is { Code: 0 };

    /// <summary>The branch that is checked out, or null.</summary>
    public static string? Branch() => Run("symbolic-ref", "--quiet", "--short", "HEAD") is { Code: 0, Output: var name } ? name : null;

    /// <summary>Runs git; null where there is no git.</summary>
    public static (int Code, string Output)? Run(params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var git = Process.Start(start)!;
            var errors = git.StandardError.ReadToEndAsync();
            var output = git.StandardOutput.ReadToEnd();
            errors.Wait();
            git.WaitForExit();
            return (git.ExitCode, output.TrimEnd('\n'));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
