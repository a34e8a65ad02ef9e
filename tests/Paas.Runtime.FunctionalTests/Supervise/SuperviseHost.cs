using System.Diagnostics;
using Paas.Testing;

namespace Paas.Runtime.FunctionalTests.Supervise;

/// <summary>What supervised containers need of the host: a bridge, a root filesystem, a parent cgroup. Of these tests only; gone afterwards.</summary>
public sealed class SuperviseHost : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private int addresses = 1;

    public SuperviseHost()
    {
        if (!Environment.IsPrivilegedProcess) return;
        Bridge = $"pts{Environment.ProcessId}";
        CgroupParent = $"/paas-test-supervise-{Environment.ProcessId}";
        Ip($"link add {Bridge} type bridge");
        Ip($"addr add {Gateway}/16 dev {Bridge}");
        Ip($"link set {Bridge} up");
        MakeRootfs();
    }

    public string Bridge { get; } = "";

    public string Gateway => "10.251.0.1";

    public string CgroupParent { get; } = "";

    /// <summary>A directory with busybox and its applets, to be the lower layer.</summary>
    public string Rootfs => directory.Combine("rootfs");

    public string Path => directory.Path;

    /// <summary>An address nobody else has, and the number it ends in.</summary>
    public (string Address, int Number) NextAddress()
    {
        var number = Interlocked.Increment(ref addresses);
        return ($"10.251.{number / 250}.{(number % 250) + 2}", number);
    }

    public void Dispose()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Ip($"link delete {Bridge}");
            RemoveCgroups();
        }

        directory.Dispose();
    }

    /// <summary>Directories of the parent cgroup in all hierarchies, deepest first.</summary>
    public IEnumerable<string> Cgroups() =>
        from line in File.ReadLines("/proc/self/mountinfo")
        where line.Contains(" - cgroup", StringComparison.Ordinal)
        let top = line.Split(' ')[4] + CgroupParent
        where Directory.Exists(top)
        from path in Directory.EnumerateDirectories(top, "*", SearchOption.AllDirectories).Append(top).OrderByDescending(path => path.Length)
        select path;

    /// <summary>Runs <c>ip</c> and returns what it prints.</summary>
    public static string Ip(string arguments)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = ip.StandardOutput.ReadToEnd();
        var error = ip.StandardError.ReadToEnd();
        ip.WaitForExit();
        return ip.ExitCode == 0 ? output : throw new InvalidOperationException($"ip {arguments}: {error}");
    }

    private void MakeRootfs()
    {
        foreach (var name in (string[])["bin", "dev", "proc", "sys", "tmp", "etc", "home"]) Directory.CreateDirectory(System.IO.Path.Combine(Rootfs, name));
        File.SetUnixFileMode(System.IO.Path.Combine(Rootfs, "home"), (UnixFileMode)0b111_111_111);
        var busybox = System.IO.Path.Combine(Rootfs, "bin", "busybox");
        File.Copy("/bin/busybox", busybox);
        foreach (var applet in (string[])["sh", "sleep", "cat", "echo", "yes", "head", "tail", "wc", "id", "nc", "kill", "true", "seq"])
        {
            File.CreateSymbolicLink(System.IO.Path.Combine(Rootfs, "bin", applet), "busybox");
        }
    }

    private void RemoveCgroups()
    {
        // Processes of a killed supervisor may need a moment to be gone.
        for (var deadline = DateTime.UtcNow.AddSeconds(10); ; Thread.Sleep(20))
        {
            try
            {
                foreach (var path in Cgroups().ToList()) Directory.Delete(path);
                return;
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
            }
        }
    }
}

[CollectionDefinition(nameof(SuperviseHost))]
public sealed class SuperviseHostCollection : ICollectionFixture<SuperviseHost>;
