using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>Kernel parameters of the container's own namespaces. Those of the machine are refused.</summary>
internal static class Sysctls
{
    /// <exception cref="RuntimeException">A parameter that is not the container's own.</exception>
    public static void Check(IEnumerable<string> names, NamespacePlan namespaces)
    {
        foreach (var name in names)
        {
            var kind = NamespaceOf(name);
            if (kind is null) throw new RuntimeException($"sysctl {name} is the machine's, not a container's");
            if (namespaces.Has(kind.Value)) continue;
            throw new RuntimeException($"sysctl {name} needs a {Namespaces.FileName(kind.Value)} namespace of the container's own");
        }
    }

    /// <summary>The file of a parameter: <c>net.ipv4.ip_forward</c> or <c>net/ipv4/ip_forward</c>.</summary>
    public static string FileOf(string name)
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
        return "/proc/sys/" + path;
    }

    public static bool IsNetwork(string name) => NamespaceOf(name) == NamespaceKind.Network;

    /// <summary>Writes one from the child, through the host's procfs: the files show the namespaces of whoever opens them.</summary>
    public static void Add(LaunchProgram program, string name, string value)
    {
        var file = program.NewRegister();
        var text = program.Text(value);
        program.Add("sysctl", name, SYS_openat, AT_FDCWD, program.Text(FileOf(name)), O_WRONLY | O_CLOEXEC).Into(file);
        program.Add("sysctl", $"{name}={value}", SYS_write, file, text, System.Text.Encoding.UTF8.GetByteCount(value));
        program.Add("close", null, SYS_close, file);
    }

    private static NamespaceKind? NamespaceOf(string name)
    {
        var path = FileOf(name)["/proc/sys/".Length..];
        if (path.StartsWith("net/", StringComparison.Ordinal)) return NamespaceKind.Network;
        if (path is "kernel/domainname" or "kernel/hostname") return NamespaceKind.HostName;
        return path.StartsWith("fs/mqueue/", StringComparison.Ordinal) || path is "kernel/msgmax" or "kernel/msgmnb" or "kernel/msgmni"
            or "kernel/sem" or "kernel/shmall" or "kernel/shmmax" or "kernel/shmmni" or "kernel/shm_rmid_forced"
            ? NamespaceKind.Ipc
            : null;
    }
}
