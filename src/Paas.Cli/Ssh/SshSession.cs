namespace Paas.Cli.Ssh;

/// <summary>A session that sshd let in: there is somebody at the other end, and this machine is the server.</summary>
internal static class SshSession
{
    /// <summary>The variable that says who it is; sshd lets it, and no other, through from <see cref="AuthorizedKey"/>.</summary>
    public const string TokenVariable = "PAAS_SESSION";

    /// <summary>The session's token, or null outside of one.</summary>
    public static string? Token => Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } token ? token : null;

    public static bool IsOne => Token is not null;
}
