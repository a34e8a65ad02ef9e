using Paas.Linux;
using Paas.Linux.Launching;

namespace Paas.Runtime.Containers;

/// <summary>Kernel parameters of the container's own namespaces. Those of the machine are refused.</summary>
internal static class Sysctls
{
    /// <exception cref="RuntimeException">A parameter that is not the container's own.</exception>
    public static void Check(IEnumerable<string> names, NamespacePlan namespaces)
    {
        foreach (var name in names)
        {
            var kind = NamespaceOf(name) ?? throw new RuntimeException($"sysctl \"{name}\" is not in a separate kernel namespace");
            if (PathOf(name) == "sys/kernel/hostname") throw new RuntimeException($"sysctl \"{name}\" is not allowed as it conflicts with hostname");
            if (namespaces.Has(kind) && !namespaces.JoinsCurrent(kind)) continue;
            throw new RuntimeException(
                kind == NamespaceKind.Network
                    ? $"sysctl \"{name}\" is not allowed in the hosts network namespace"
                    : $"sysctl \"{name}\" is not allowed in the hosts {Namespaces.FileName(kind)} namespace");
        }
    }

    /// <summary>The file of a parameter, below procfs's root: <c>net.ipv4.ip_forward</c> or <c>net/ipv4/ip_forward</c>.</summary>
    public static string PathOf(string name)
    {
        // As sysctl(8) does it: the separator that comes first separates, the other one is swapped.
        var separator = name.IndexOfAny(['.', '/']);
        var path = separator >= 0 && name[separator] == '.'
            ? string.Create(name.Length, name, static (target, source) =>
            {
                for (var i = 0; i < source.Length; i++) target[i] = source[i] switch { '.' => '/', '/' => '.', var c => c };
            })
            : name;
        if (path.Split('/').Any(part => part is ".." or "." or "")) throw new RuntimeException($"not a sysctl: {name}");
        return "sys/" + path;
    }

    public static bool IsNetwork(string name) => NamespaceOf(name) == NamespaceKind.Network;

    /// <summary>Writes one from the child, through the host's procfs: the files show the namespaces of whoever opens them.</summary>
    public static void Add(LaunchProgram program, Procfs procfs, string name, string value) =>
        ProcfsSteps.Write(program, procfs, "sysctl", name, PathOf(name), value);

    private static NamespaceKind? NamespaceOf(string name)
    {
        var path = PathOf(name)["sys/".Length..];
        if (path.StartsWith("net/", StringComparison.Ordinal)) return NamespaceKind.Network;
        if (path is "kernel/domainname" or "kernel/hostname") return NamespaceKind.HostName;
        return path.StartsWith("fs/mqueue/", StringComparison.Ordinal) || path is "kernel/msgmax" or "kernel/msgmnb" or "kernel/msgmni"
            or "kernel/sem" or "kernel/shmall" or "kernel/shmmax" or "kernel/shmmni" or "kernel/shm_rmid_forced"
            ? NamespaceKind.Ipc
            : null;
    }
}
