namespace Paas.Daemon.Git;

/// <summary>What git's clients ask a server to run (gitprotocol-pack(5)); over HTTP only the first two (gitprotocol-http(5)).</summary>
/// <param name="Name"><c>git-receive-pack</c>: a push; <c>git-upload-pack</c>: a fetch or clone.</param>
/// <param name="Command">The subcommand of git that speaks it.</param>
internal sealed record GitService(string Name, string Command)
{
    public static GitService ReceivePack { get; } = new("git-receive-pack", "receive-pack");

    public static GitService UploadPack { get; } = new("git-upload-pack", "upload-pack");

    /// <summary><c>git archive --remote</c>.</summary>
    public static GitService UploadArchive { get; } = new("git-upload-archive", "upload-archive");

    /// <summary>A service of the HTTP protocol, or null.</summary>
    public static GitService? Named(string? name) =>
        name == ReceivePack.Name ? ReceivePack : name == UploadPack.Name ? UploadPack : null;
}
