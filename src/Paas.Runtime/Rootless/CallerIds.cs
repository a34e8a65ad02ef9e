using System.Globalization;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Rootless;

/// <summary>
/// The id maps of a user namespace that an ordinary user makes. The kernel lets that user map its own two ids; more it has from
/// <c>/etc/subuid</c> and <c>/etc/subgid</c>, by way of newuidmap(1) and newgidmap(1).
/// </summary>
internal static class CallerIds
{
    /// <summary>Whether mappings take more than the caller's own id.</summary>
    public static bool AreMany(IReadOnlyList<IdMapping>? mappings) => mappings is { Count: > 1 } or [{ Size: > 1 }];

    /// <summary>Maps all host ids that the container's mappings speak of, and the caller's own, to themselves.</summary>
    /// <exception cref="RuntimeException">newuidmap or newgidmap is missing or refuses.</exception>
    public static void Map(int pid, LinuxConfig linux)
    {
        var (user, group) = Processes.Identity();
        var (users, groups) = (Ranges(user, linux.UidMappings), Ranges(group, linux.GidMappings));
        if (groups.Count == 1)
        {
            // Groups that are denied something must not be left (user_namespaces(7), setgroups).
            Files.WriteKernelFile($"/proc/{pid}/setgroups", "deny");
        }

        Write(pid, "uid", users);
        Write(pid, "gid", groups);
    }

    private static List<IdRange> Ranges(uint own, IReadOnlyList<IdMapping>? mappings)
    {
        var ranges = (mappings ?? []).Select(mapping => new IdRange(mapping.HostID, mapping.HostID, mapping.Size)).ToList();
        if (!ranges.Exists(range => own >= range.Outside && own - range.Outside < range.Count)) ranges.Insert(0, new IdRange(own, own, 1));
        return ranges;
    }

    private static void Write(int pid, string kind, List<IdRange> ranges)
    {
        if (ranges.Count == 1 && ranges[0].Count == 1)
        {
            Files.WriteKernelFile($"/proc/{pid}/{kind}_map", $"{ranges[0].Inside} {ranges[0].Outside} 1");
            return;
        }

        var arguments = new List<string> { $"new{kind}map", pid.ToString(CultureInfo.InvariantCulture) };
        foreach (var range in ranges) arguments.AddRange([$"{range.Inside}", $"{range.Outside}", $"{range.Count}"]);
        Execute($"/usr/bin/new{kind}map", arguments);
    }

    // It says itself on standard error what it refuses.
    private static void Execute(string path, List<string> arguments)
    {
        var (program, status) = (new LaunchProgram(), new Pipe());
        program.Add("unblock signals", null, SYS_rt_sigprocmask, SIG_SETMASK, program.Memory(64), 0, 8);
        program.Add("execute", path, SYS_execve, program.Text(path), program.Texts(arguments), program.Texts([]));
        using var child = Launcher.Launch(program, status, 0);
        try
        {
            child.WaitForExec();
        }
        catch
        {
            child.Abandon();
            throw;
        }

        if (Processes.Reap(child.Handle)!.Value.ExitCode == 0) return;
        throw new RuntimeException($"{arguments[0]} refuses the bundle's mappings: the caller must have them in /etc/sub{arguments[0][3..6]}");
    }
}
