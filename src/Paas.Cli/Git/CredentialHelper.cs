using Paas.Cli.Connections;

namespace Paas.Cli.Git;

/// <summary>
/// Makes git ask <c>paas git-credential</c> for the platform's address, and nobody else: the empty entry before ours keeps
/// a general helper from storing what is meant to be short-lived (gitcredentials(7)).
/// </summary>
internal static class CredentialHelper
{
    /// <summary>Writes the user's git configuration where it does not say so already. False where git could not be told.</summary>
    public static bool Install(Uri platform)
    {
        var key = $"credential.{PlatformUrl.Text(platform)}";
        var helper = Command(Environment.ProcessPath ?? "paas");
        if (GitCheckout.Run("config", "--global", "--get-all", key + ".helper") is { Code: 0, Output: var have } && have == "\n" + helper) return true;
        return GitCheckout.Run("config", "--global", "--replace-all", key + ".helper", "") is { Code: 0 }
            && GitCheckout.Run("config", "--global", "--add", key + ".helper", helper) is { Code: 0 }
            && GitCheckout.Run("config", "--global", "--replace-all", key + ".useHttpPath", "false") is { Code: 0 };
    }

    public static void Remove(string platform) => GitCheckout.Run("config", "--global", "--remove-section", $"credential.{platform}");

    /// <summary>
    /// The helper as git's configuration has it: a command line for a shell. git also offers to store what worked, on each push, which is
    /// not worth a program of its own.
    /// </summary>
    internal static string Command(string program)
    {
        var name = program.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '+') ? program : $"'{program.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        return $"!f() {{ test \"$1\" != get || exec {name} git-credential get; }}; f";
    }
}
