namespace Paas.Cli.Ssh;

/// <summary>
/// The line of an <c>authorized_keys</c> file (sshd(8)) that lets a key in and ties it to one program. The session's token travels in the
/// environment, which other users of the server cannot read, unlike a command line.
/// </summary>
internal static class AuthorizedKey
{
    /// <param name="program">This program.</param>
    /// <param name="socket">paasd's.</param>
    /// <param name="token">What the session says of itself.</param>
    /// <param name="type">The key's algorithm.</param>
    /// <param name="key">The key in base64.</param>
    public static string Line(string program, string socket, string token, string type, string key)
    {
        var command = $"PAAS_SOCKET={Shell(socket)} exec {Shell(program)} ssh-session";
        return $"restrict,pty,environment=\"{SshSession.TokenVariable}={token}\",command=\"{command.Replace("\"", "\\\"", StringComparison.Ordinal)}\" {type} {key}";
    }

    private static string Shell(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
