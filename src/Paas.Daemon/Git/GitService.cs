namespace Paas.Daemon.Git;

/// <summary>The two services of git's smart HTTP protocol (gitprotocol-http(5)).</summary>
/// <param name="Name"><c>git-receive-pack</c>: a push; <c>git-upload-pack</c>: a fetch or clone.</param>
/// <param name="Command">The subcommand of git that speaks it.</param>
internal sealed record GitService(string Name, string Command)
{
    public static GitService ReceivePack { get; } = new("git-receive-pack", "receive-pack");

    public static GitService UploadPack { get; } = new("git-upload-pack", "upload-pack");

    public static GitService? Named(string? name) =>
        name == ReceivePack.Name ? ReceivePack : name == UploadPack.Name ? UploadPack : null;
}
