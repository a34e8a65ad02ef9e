using System.Text.Json.Nodes;
using Paas.Testing;

namespace Paas.Runtime.FunctionalTests;

/// <summary>
/// One bundle with a busybox root, a state directory and a container's id of its own. Its configuration is JSON, so that the suite
/// shares nothing with the runtime. Disposing removes the container whatever state it is in.
/// </summary>
public sealed class TestContainer : IDisposable
{
    private const string Busybox = "/usr/bin/busybox";
    private readonly TemporaryDirectory _directory = new();

    public TestContainer()
    {
        Id = $"paas-test-{Guid.NewGuid():N}"[..26];
        Bundle = _directory.Combine("bundle");
        Rootfs = _directory.Combine("bundle", "rootfs");
        Root = _directory.Combine("state");
        MakeRootfs(Rootfs);
        Config = (JsonObject)JsonNode.Parse(Template)!;
        Linux["cgroupsPath"] = $"/{Id}";
        // Only root may look in, as with a real bundle.
        File.SetUnixFileMode(_directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Id { get; }

    public string Bundle { get; }

    public string Rootfs { get; }

    /// <summary>The runtime's state directory.</summary>
    public string Root { get; }

    public JsonObject Config { get; }

    public JsonObject Process => (JsonObject)Config["process"]!;

    public JsonObject Linux => (JsonObject)Config["linux"]!;

    public JsonArray Mounts => (JsonArray)Config["mounts"]!;

    /// <summary>A path in the test's directory, outside the bundle.</summary>
    public string Path(string name) => _directory.Combine(name);

    /// <summary>A shell script for the container to run.</summary>
    public TestContainer Script(string script)
    {
        Process["args"] = new JsonArray("/bin/sh", "-c", script);
        return this;
    }

    public TestContainer Mount(string destination, string type, string source, params string[] options)
    {
        Mounts.Add(new JsonObject
        {
            ["destination"] = destination, ["type"] = type, ["source"] = source,
            ["options"] = new JsonArray([.. options.Select(option => JsonValue.Create(option))]),
        });
        return this;
    }

    /// <summary>Gives the container a user namespace of its own.</summary>
    public TestContainer WithUserNamespace(uint first = 300_000, uint size = 65_536)
    {
        ((JsonArray)Linux["namespaces"]!).Add(new JsonObject { ["type"] = "user" });
        Linux["uidMappings"] = Mapping(first, size);
        Linux["gidMappings"] = Mapping(first, size);
        return this;
    }

    public static JsonArray Mapping(uint first, uint size) =>
        [new JsonObject { ["containerID"] = 0, ["hostID"] = first, ["size"] = size }];

    public void WriteConfig() => File.WriteAllText(System.IO.Path.Combine(Bundle, "config.json"), Config.ToJsonString());

    /// <summary>Writes the configuration and runs the container to its end.</summary>
    public Outcome Run(params string[] options)
    {
        WriteConfig();
        return RuntimeUnderTest.Run(Root, ["run", "--bundle", Bundle, .. options, Id]);
    }

    /// <summary>Any verb whose first operand is the id; options of <c>delete</c> before it, where every peer takes them.</summary>
    public Outcome Verb(string verb, params string[] more) => RuntimeUnderTest.Run(Root, verb == "delete" ? [verb, .. more, Id] : [verb, Id, .. more]);

    /// <summary>
    /// Creates the container with its streams on a file: a container that outlives the verb must not hold the test's pipes.
    /// </summary>
    public Outcome Create(params string[] options)
    {
        WriteConfig();
        return Detached($"create --bundle '{Bundle}' {string.Join(' ', options)} {Id}");
    }

    /// <summary>Creates and starts it, detached.</summary>
    public Outcome RunDetached() 
    {
        WriteConfig();
        return Detached($"run --detach --bundle '{Bundle}' {Id}");
    }

    /// <summary>What a detached container wrote.</summary>
    public string DetachedOutput => File.Exists(Path("output")) ? File.ReadAllText(Path("output")) : "";

    private Outcome Detached(string command)
    {
        var outcome = RuntimeUnderTest.Execute(
            "/bin/sh", "-c", $"'{RuntimeUnderTest.Program}' --root '{Root}' {command} > '{Path("output")}' 2>&1 < /dev/null");
        return outcome with { Error = DetachedOutput };
    }

    /// <summary>The state document.</summary>
    public JsonObject State() => (JsonObject)JsonNode.Parse(Verb("state").ShouldSucceed().Output)!;

    public string Status => (string)State()["status"]!;

    public int Pid => (int)State()["pid"]!;

    /// <summary>Waits for a condition; fails when it does not come.</summary>
    public static void Eventually(Func<bool> condition, string what)
    {
        var deadline = DateTime.UtcNow + Patience.OfSeconds(20);
        while (!condition())
        {
            if (DateTime.UtcNow > deadline) throw new Xunit.Sdk.XunitException($"never: {what}");
            Thread.Sleep(20);
        }
    }

    /// <summary>Mounts of the host's that have to do with this container.</summary>
    public IReadOnlyList<string> HostMounts() => [.. File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(_directory.Path))];

    /// <summary>Directories of the container's control group that exist.</summary>
    public IReadOnlyList<string> Cgroups() =>
        [.. Hierarchies.Select(hierarchy => System.IO.Path.Combine(hierarchy, Id)).Where(Directory.Exists)];

    /// <summary>Where hierarchies are mounted; a peer may make directories, and files in them, where none is.</summary>
    public static IReadOnlyList<string> Hierarchies { get; } =
    [
        .. File.ReadLines("/proc/self/mountinfo")
            .Where(line => line.Contains(" - cgroup", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[4])
            .Where(place => place == "/sys/fs/cgroup" || place.StartsWith("/sys/fs/cgroup/", StringComparison.Ordinal)),
    ];

    public void Dispose()
    {
        if (Directory.Exists(System.IO.Path.Combine(Root, Id))) RuntimeUnderTest.Run(Root, "delete", "--force", Id);
        _directory.Dispose();
    }

    /// <summary>Makes a root filesystem of busybox alone.</summary>
    public static void MakeRootfs(string path)
    {
        foreach (var directory in (string[])["bin", "proc", "sys", "dev", "etc", "tmp", "root", "home"]) Directory.CreateDirectory(System.IO.Path.Combine(path, directory));
        File.Copy(Busybox, System.IO.Path.Combine(path, "bin/busybox"));
        foreach (var name in Applets) File.CreateSymbolicLink(System.IO.Path.Combine(path, "bin", name), "busybox");
        File.WriteAllText(System.IO.Path.Combine(path, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        File.SetUnixFileMode(System.IO.Path.Combine(path, "tmp"), (UnixFileMode)0x3FF);
    }

    private static readonly string[] Applets =
    [
        "sh", "cat", "chmod", "chown", "cut", "date", "dd", "echo", "env", "false", "grep", "head", "hostname", "id", "ip", "kill", "ln", "ls",
        "mkdir", "mkfifo", "mknod", "mount", "nproc", "ps", "pwd", "readlink", "rm", "sed", "seq", "sleep", "sort", "stat", "tail", "test", "touch", "tr", "true",
        "umount", "wc", "yes", "nc", "ping",
    ];

    private const string Template = """
        {
          "ociVersion": "1.0.2",
          "process": {
            "terminal": false, "user": {"uid": 0, "gid": 0}, "args": ["/bin/true"],
            "env": ["PATH=/usr/bin:/bin", "TERM=xterm"], "cwd": "/",
            "capabilities": {
              "bounding": ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"],
              "effective": ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"],
              "permitted": ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"]
            },
            "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1000}],
            "noNewPrivileges": true
          },
          "root": {"path": "rootfs", "readonly": false},
          "hostname": "test-host",
          "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
            {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
            {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"]},
            {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]}
          ],
          "linux": {
            "resources": {},
            "namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}, {"type": "network"}],
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/acpi", "/sys/firmware", "/proc/does-not-exist"],
            "readonlyPaths": ["/proc/sys", "/proc/bus", "/proc/does-not-exist"]
          }
        }
        """;
}
