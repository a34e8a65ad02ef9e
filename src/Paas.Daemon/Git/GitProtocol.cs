namespace Paas.Daemon.Git;

/// <summary>The protocol's version that a client asks for: <c>GIT_PROTOCOL</c> (git(1)).</summary>
internal static class GitProtocol
{
    /// <summary>It ends up in an environment variable of git: only what git itself would send, else nothing.</summary>
    public static string Checked(string? value) =>
        value is not null && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '=' or ':' or '.' or '-' or '_') ? value : "";
}
