using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;
using static Paas.Linux.Native;

namespace Paas.Runtime.Checkpoints;

/// <summary>
/// What a container has of the host, and criu can therefore neither keep nor make: standard streams, mounts of the host's files,
/// joined namespaces. Each gets a name in the images, by which a restore hands in its successor. Kept beside the images.
/// </summary>
/// <param name="Streams">Name of each standard stream in criu's words; empty for one that is the container's own.</param>
/// <param name="Devices">Files of the host's /dev by their place in the container: what hides files, devices of a user namespace; and its control groups.</param>
/// <param name="Cgroup">Path of the control group.</param>
internal sealed record HostTies(string[] Streams, IReadOnlyDictionary<string, string> Devices, string Cgroup)
{
    private const string FileName = "paas-runtime.json";

    // The names by which runc's images know them.
    private static readonly (string Type, string File, string Name)[] JoinedNamespaces = [("network", "net", "extRootNetNS"), ("pid", "pid", "extRootPidNS")];

    /// <summary>Those of a running container.</summary>
    public static HostTies Of(ContainerRecord record, RuntimeConfig config)
    {
        var ownGroups = config.Linux?.Namespaces?.Any(item => item.Type == "cgroup") == true;
        var mounts = new HashSet<string>();
        var devices = new Dictionary<string, string>();
        foreach (var line in Files.ReadText($"/proc/{record.Pid}/mountinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            mounts.Add(fields[0]);
            // A whole devtmpfs would be the container's own doing; a single file of it is the host's.
            if (line.Contains(" - devtmpfs ", StringComparison.Ordinal) && fields[3] != "/") devices[fields[4]] = "/dev" + fields[3];
            // The host's too, unless the container sees a hierarchy of its own.
            if (!ownGroups && line.Contains(" - cgroup", StringComparison.Ordinal) && HostPlace(fields[2]) is { } hierarchy) devices[fields[4]] = hierarchy + fields[3];
        }

        return new HostTies([.. Enumerable.Range(0, 3).Select(number => Stream(record.Pid, number, mounts))], devices, record.Cgroup);
    }

    /// <summary>criu's options for a dump.</summary>
    /// <param name="config">The container's.</param>
    /// <param name="rootfs">Its root on the host.</param>
    public IEnumerable<string> ForDump(RuntimeConfig config, string rootfs)
    {
        foreach (var place in Binds(config).Select(mount => Resolve(rootfs, mount.Destination))) yield return $"--external=mnt[{place}]:{place}";
        foreach (var place in Devices.Keys) yield return $"--external=mnt[{place}]:{place}";
        foreach (var stream in Streams.Where(IsFile).Distinct()) yield return $"--external={stream}";
        foreach (var (type, file, name) in JoinedNamespaces)
        {
            if (PathOf(config, type) is { } path) yield return $"--external={file}[{InodeOf(path)}]:{name}";
        }
    }

    /// <summary>criu's options for a restore; what it is to inherit is opened as <paramref name="inherited"/>.</summary>
    /// <param name="config">The restored container's.</param>
    /// <param name="bundle">Its bundle, where relative sources start.</param>
    /// <param name="cgroup">Path of its control group.</param>
    /// <param name="inherited">Descriptors criu gets, by the number it gets them as.</param>
    public IEnumerable<string> ForRestore(RuntimeConfig config, string bundle, string cgroup, InheritedForCriu inherited)
    {
        var rootfs = Path.GetFullPath(config.Root!.Path, bundle);
        foreach (var mount in Binds(config)) yield return $"--external=mnt[{Resolve(rootfs, mount.Destination)}]:{Path.GetFullPath(mount.Source ?? "", bundle)}";
        foreach (var (place, source) in Devices) yield return $"--external=mnt[{place}]:{InGroup(source, cgroup)}";
        for (var number = 0; number < Streams.Length; number++)
        {
            if (Streams[number].Length == 0 || Array.IndexOf(Streams, Streams[number]) < number) continue;
            yield return $"--inherit-fd=fd[{inherited.Add(number)}]:{Streams[number]}";
        }

        foreach (var (type, _, name) in JoinedNamespaces)
        {
            if (PathOf(config, type) is { } path) yield return $"--inherit-fd=fd[{inherited.Open(path)}]:{name}";
        }
    }

    public void Save(string directory)
    {
        var document = JsonText.Object(json =>
        {
            json.WriteTexts("streams", Streams);
            json.WriteStartObject("devices");
            foreach (var (place, source) in Devices) json.WriteString(place, source);
            json.WriteEndObject();
            json.WriteString("cgroup", Cgroup);
        });
        Files.WriteAtomically(Path.Combine(directory, FileName), document, durable: true);
    }

    /// <exception cref="RuntimeException">There are no images of this runtime's.</exception>
    public static HostTies Load(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            using var document = JsonDocument.Parse(Files.ReadBytes(path));
            var json = document.RootElement;
            return new HostTies(
                [.. json.GetProperty("streams").EnumerateArray().Select(stream => stream.GetString() ?? "")],
                json.GetProperty("devices").EnumerateObject().ToDictionary(device => device.Name, device => device.Value.GetString() ?? ""),
                json.GetProperty("cgroup").GetString() ?? "");
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            throw new RuntimeException($"{directory} holds no checkpoint of a container made by this runtime: there is no {FileName} in it", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new RuntimeException($"{path}: {e.Message}", e);
        }
    }

    private static bool IsFile(string stream) => stream.StartsWith("file[", StringComparison.Ordinal);

    private static IEnumerable<MountConfig> Binds(RuntimeConfig config) =>
        (config.Mounts ?? []).Where(IsBind);

    /// <summary>Whether a mount is of something of the host's.</summary>
    public static bool IsBind(MountConfig mount) => mount.Type is "bind" || mount.Options?.Any(option => option is "bind" or "rbind") == true;

    // Where this machine has a filesystem, by its device; null where it has not.
    private static string? HostPlace(string device) => Files.ReadText("/proc/self/mountinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ')).FirstOrDefault(fields => fields[2] == device && fields[3] == "/")?[4];

    // Into another group than that it was dumped in, it has that one's directories.
    private string InGroup(string source, string cgroup) =>
        Cgroup.Length > 1 && source.EndsWith(Cgroup, StringComparison.Ordinal) ? source[..^Cgroup.Length] + cgroup : source;

    // Where a mount really lies, past the links of the image. Below a mount of the container there is nothing to be seen from here.
    private static string Resolve(string rootfs, string destination)
    {
        using var root = Files.Open(rootfs, O_PATH | O_DIRECTORY);
        using var place = Files.OpenBelowIfPossible(root, destination, O_PATH, RESOLVE_IN_ROOT);
        if (place is null) return destination;
        var (above, path) = (NameOf(root), NameOf(place));
        return path.StartsWith(above + "/", StringComparison.Ordinal) ? path[above.Length..] : destination;
    }

    private static string NameOf(SafeFileHandle file)
    {
        using var link = Files.Open($"/proc/self/fd/{file.DangerousGetHandle()}", O_PATH | O_NOFOLLOW);
        return Files.ReadLink(link);
    }

    private static string? PathOf(RuntimeConfig config, string type) =>
        config.Linux?.Namespaces?.FirstOrDefault(item => item.Type == type)?.Path is { Length: > 0 } path ? path : null;

    private static ulong InodeOf(string path)
    {
        using var file = Files.Open(path, O_RDONLY);
        return Files.Status(file).Inode;
    }

    // A pipe is known by its own name; a file by its mount and inode, unless the container has the mount too.
    private static string Stream(int pid, int number, HashSet<string> mounts)
    {
        var path = $"/proc/{pid}/fd/{number}";
        using var link = Files.OpenIfExists(path, O_PATH | O_NOFOLLOW);
        if (link is null) return "";
        var target = Files.ReadLink(link);
        if (target.StartsWith("pipe:", StringComparison.Ordinal)) return target;
        if (!target.StartsWith('/')) return "";
        var mount = Field($"/proc/{pid}/fdinfo/{number}", "mnt_id:");
        if (mounts.Contains(mount)) return "";
        using var file = Files.Open(path, O_PATH);
        return string.Create(CultureInfo.InvariantCulture, $"file[{int.Parse(mount, CultureInfo.InvariantCulture):x}:{Files.Status(file).Inode:x}]");
    }

    private static string Field(string path, string name) =>
        Files.ReadText(path).Split('\n').First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();
}
