using Paas.Linux;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Security;

/// <summary>
/// A directory that plays the host's: outside of the container's root, with what a malicious image would reach for. Nothing in
/// it may be created, removed, changed, given away, or read.
/// </summary>
public sealed class HostTrap
{
    /// <summary>What the files here hold, and no output may.</summary>
    public const string Secret = "the-hosts-own-secret";

    private readonly IReadOnlyList<string> _before;

    public HostTrap(TestContainer container, string name = "host")
    {
        Path = container.Path(name);
        foreach (var directory in (string[])["pts", "shm", "self/attr", "sys/net/ipv4", "sys/kernel", "fs/cgroup"])
        {
            Directory.CreateDirectory(System.IO.Path.Combine(Path, directory));
        }

        foreach (var file in (string[])["null", "passwd", "tty", "console", "pts/0", "pts/ptmx", "self/attr/exec", "sys/net/ipv4/ip_unprivileged_port_start", "sys/kernel/domainname"])
        {
            var path = System.IO.Path.Combine(Path, file);
            File.WriteAllText(path, Secret);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        _before = Snapshot();
    }

    public string Path { get; }

    /// <summary>Puts a symbolic link to a place here into the container's root, instead of what is there.</summary>
    public void Link(TestContainer container, string path, string target = "")
    {
        var link = System.IO.Path.Combine(container.Rootfs, path.TrimStart('/'));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(link)!);
        if (Directory.Exists(link)) Directory.Delete(link, recursive: true);
        File.Delete(link);
        File.CreateSymbolicLink(link, System.IO.Path.Combine(Path, target));
    }

    /// <summary>Fails when anything has changed, or when an output gives the secret away.</summary>
    public void AssertUntouched(Outcome outcome)
    {
        Assert.Equal(_before, Snapshot());
        Assert.DoesNotContain(Secret, outcome.Output);
        Assert.DoesNotContain(Secret, outcome.Error);
    }

    private List<string> Snapshot() => [.. All(Path).Append(Path).Order(StringComparer.Ordinal).Select(Describe)];

    // Not through links that somebody may have made here.
    private static IEnumerable<string> All(string directory) => Directory.EnumerateFileSystemEntries(directory)
        .SelectMany(path => Files.Status(path).IsDirectory ? All(path).Prepend(path) : [path]);

    private static string Describe(string path)
    {
        var status = Files.Status(path);
        var content = status.IsRegular ? File.ReadAllText(path) : "";
        return $"{path} {status.Mode:x} {status.Uid}:{status.Gid} {status.Links} {content}";
    }
}
