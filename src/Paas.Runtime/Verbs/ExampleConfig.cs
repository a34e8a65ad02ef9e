using System.Text.Json;
using Paas.Linux;
using Paas.Linux.Cgroups;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Verbs;

/// <summary>The config.json that <c>spec</c> writes: runc's, for root or for a user who is not.</summary>
/// <param name="rootless">
/// True maps the caller to root in a user namespace and leaves out what a user may not ask for: a network, limits, the group of
/// terminals, a sysfs.
/// </param>
internal sealed class ExampleConfig(bool rootless)
{
    private static readonly string[] Capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("ociVersion", SpecVerb.OciVersion);
        WriteProcess(json);
        json.WriteStartObject("root");
        json.WriteString("path", "rootfs");
        json.WriteBoolean("readonly", true);
        json.WriteEndObject();
        json.WriteString("hostname", ProgramName.Value);
        WriteMounts(json);
        WriteLinux(json);
        json.WriteEndObject();
    }

    private static void WriteProcess(Utf8JsonWriter json)
    {
        json.WriteStartObject("process");
        json.WriteBoolean("terminal", true);
        json.WriteStartObject("user");
        json.WriteNumber("uid", 0);
        json.WriteNumber("gid", 0);
        json.WriteEndObject();
        json.WriteTexts("args", ["sh"]);
        json.WriteTexts("env", ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"]);
        json.WriteString("cwd", "/");
        json.WriteStartObject("capabilities");
        foreach (var set in (ReadOnlySpan<string>)["bounding", "effective", "permitted"]) json.WriteTexts(set, Capabilities);
        json.WriteEndObject();
        json.WriteStartArray("rlimits");
        json.WriteStartObject();
        json.WriteString("type", "RLIMIT_NOFILE");
        json.WriteNumber("hard", 1024);
        json.WriteNumber("soft", 1024);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteBoolean("noNewPrivileges", true);
        json.WriteEndObject();
    }

    private void WriteMounts(Utf8JsonWriter json)
    {
        json.WriteStartArray("mounts");
        WriteMount(json, "/proc", "proc", "proc");
        WriteMount(json, "/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        string[] terminals = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"];
        WriteMount(json, "/dev/pts", "devpts", "devpts", rootless ? terminals : [.. terminals, "gid=5"]);
        WriteMount(json, "/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k");
        WriteMount(json, "/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        if (rootless) WriteMount(json, "/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro");
        else WriteMount(json, "/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
        WriteMount(json, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
        json.WriteEndArray();
    }

    private static void WriteMount(Utf8JsonWriter json, string destination, string type, string source, params string[] options)
    {
        json.WriteStartObject();
        json.WriteString("destination", destination);
        json.WriteString("type", type);
        json.WriteString("source", source);
        if (options.Length > 0) json.WriteTexts("options", options);
        json.WriteEndObject();
    }

    private void WriteLinux(Utf8JsonWriter json)
    {
        json.WriteStartObject("linux");
        if (rootless)
        {
            var (user, group) = Processes.Identity();
            WriteMapping(json, "uidMappings", user);
            WriteMapping(json, "gidMappings", group);
        }
        else
        {
            WriteResources(json);
        }

        json.WriteStartArray("namespaces");
        foreach (var type in Namespaces())
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteTexts("maskedPaths",
        [
            "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
            "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
        ]);
        json.WriteTexts("readonlyPaths", ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]);
        json.WriteEndObject();
    }

    private IEnumerable<string> Namespaces()
    {
        yield return "pid";
        if (!rootless) yield return "network";
        yield return "ipc";
        yield return "uts";
        yield return "mount";
        // Where version 1 is in use, containers are used to seeing their place among the machine's groups.
        if (CgroupHierarchies.Current.IsUnified) yield return "cgroup";
        if (rootless) yield return "user";
    }

    private static void WriteMapping(Utf8JsonWriter json, string name, uint id)
    {
        json.WriteStartArray(name);
        json.WriteStartObject();
        json.WriteNumber("containerID", 0);
        json.WriteNumber("hostID", id);
        json.WriteNumber("size", 1);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteResources(Utf8JsonWriter json)
    {
        json.WriteStartObject("resources");
        json.WriteStartArray("devices");
        json.WriteStartObject();
        json.WriteBoolean("allow", false);
        json.WriteString("access", "rwm");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
