namespace Paas.Node.Bundles;

/// <summary>The files of <c>/etc</c> that depend on the sandbox, not on the image.</summary>
internal static class EtcFiles
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes <c>hostname</c>, <c>hosts</c> and <c>resolv.conf</c>.</summary>
    /// <param name="directory">Made here.</param>
    /// <param name="hostName">Of the sandbox.</param>
    /// <param name="address">Of the sandbox; null without a network.</param>
    /// <param name="resolver">Text of <c>resolv.conf</c>.</param>
    public static void Write(string directory, string hostName, string? address, string resolver)
    {
        Directory.CreateDirectory(directory);
        Write(Path.Combine(directory, "hostname"), hostName + "\n");
        Write(Path.Combine(directory, "hosts"), Hosts(hostName, address));
        Write(Path.Combine(directory, "resolv.conf"), resolver);
    }

    /// <summary>Name of the host of a container: its own, as RFC 1123 wants it.</summary>
    public static string HostName(string name)
    {
        var letters = name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-').Take(63);
        var host = string.Concat(letters).Trim('-');
        return host.Length == 0 ? "container" : host;
    }

    private static string Hosts(string hostName, string? address) =>
        $"127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n{address ?? "127.0.1.1"}\t{hostName}\n";

    private static void Write(string path, string text)
    {
        File.WriteAllText(path, text);
        // Whatever our umask: the container's users read them.
        File.SetUnixFileMode(path, Readable);
    }
}
