namespace Paas.Runtime.FunctionalTests.Mounts;

/// <summary>A line of mountinfo (proc_pid_mountinfo(5)).</summary>
public sealed record MountLine(string Point, string[] Options, string[] Propagation, string Type, string Source, string[] FilesystemOptions);

/// <summary>The mounts a container sees.</summary>
public static class MountTable
{
    /// <summary>Lets the container print its mounts; runs it.</summary>
    public static IReadOnlyList<MountLine> Of(TestContainer container) =>
        Parse(container.Script("cat /proc/self/mountinfo").Run().ShouldSucceed().Output);

    public static IReadOnlyList<MountLine> Parse(string mountinfo) =>
        [.. mountinfo.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ParseLine)];

    /// <summary>The uppermost mount at a place.</summary>
    public static MountLine At(this IReadOnlyList<MountLine> mounts, string point) =>
        mounts.LastOrDefault(mount => mount.Point == point) ?? throw new Xunit.Sdk.XunitException($"nothing is mounted at {point}");

    private static MountLine ParseLine(string line)
    {
        var fields = line.Split(' ');
        var dash = Array.IndexOf(fields, "-");
        return new MountLine(fields[4], fields[5].Split(','), fields[6..dash], fields[dash + 1], fields[dash + 2], fields[dash + 3].Split(','));
    }
}

/// <summary>A tmpfs the test mounts in its own directory on the host; gone afterwards.</summary>
public sealed class HostTmpfs : IDisposable
{
    private readonly string _path;

    public HostTmpfs(string path, bool shared = false)
    {
        Directory.CreateDirectory(path);
        _path = path;
        Paas.Linux.Mounts.Mount("paas-test", path, "tmpfs", 0);
        if (shared) Paas.Linux.Mounts.Mount(null, path, null, Paas.Linux.Native.MS_SHARED);
    }

    public void Dispose() => Paas.Linux.Mounts.Unmount(_path, Paas.Linux.Native.MNT_DETACH);
}
