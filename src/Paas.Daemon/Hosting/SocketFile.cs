using System.Net.Sockets;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Hosting;

/// <summary>The file of a Unix socket. Whoever may connect to it is told apart by credentials, not by its mode.</summary>
internal static class SocketFile
{
    /// <summary>Removes the socket a dead process left. Conflict where a live one answers, or where it is no socket.</summary>
    public static void Clear(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path)) return;
        if ((File.GetAttributes(path) & (FileAttributes.Normal | FileAttributes.Directory)) == FileAttributes.Directory)
            throw new PaasException(ErrorCode.Conflict, $"{path} is a directory", "Move it away, or choose another place with --run.");
        if (Answers(path)) throw new PaasException(ErrorCode.Conflict, $"Another paasd answers on {path}", "Stop it first, or choose another place with --run.");
        File.Delete(path);
    }

    /// <summary>Lets every user connect.</summary>
    public static void Open(string path) => File.SetUnixFileMode(
        path,
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);

    private static bool Answers(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
