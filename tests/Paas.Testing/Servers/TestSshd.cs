namespace Paas.Testing.Servers;

/// <summary>
/// OpenSSH's server on a machine whose users are this one's and one more, <c>paas</c>, which an installation would have made: the user
/// files are laid over the machine's own in sshd's mount namespace only, and go with it.
/// </summary>
public sealed class TestSshd
{
    private const int Id = 64915;

    public TestSshd(string directory)
    {
        Directory.CreateDirectory(directory);
        Add(directory, "passwd", $"paas:x:{Id}:{Id}::/:/bin/sh");
        Add(directory, "shadow", "paas:*:19000:0:99999:7:::");
        Add(directory, "group", $"paas:x:{Id}:");
        Program = Path.Combine(directory, "sshd");
        File.WriteAllText(Program, $$"""
            #!/bin/sh
            exec unshare --mount --propagation private -- /bin/sh -c '
                for file in passwd shadow group; do mount --bind "$0/$file" "/etc/$file" || exit 1; done
                exec /usr/sbin/sshd "$@"' '{{directory}}' "$@"
            """);
        File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>To be run in sshd's place.</summary>
    public string Program { get; }

    // The first line of a name counts.
    private static void Add(string directory, string file, string line)
    {
        var path = Path.Combine(directory, file);
        var source = Path.Combine("/etc", file);
        var lines = File.Exists(source) && Environment.IsPrivilegedProcess ? File.ReadAllLines(source) : [];
        File.WriteAllLines(path, [line, .. lines.Where(one => !one.StartsWith("paas:", StringComparison.Ordinal))]);
        File.SetUnixFileMode(path, file == "shadow" ? UnixFileMode.UserRead : UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }
}
