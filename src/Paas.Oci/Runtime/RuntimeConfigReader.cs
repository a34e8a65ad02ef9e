using System.Text.Json;
using static Paas.Oci.JsonValues;

namespace Paas.Oci.Runtime;

/// <summary>
/// Reads config.json by hand. The generated reader says the same (a test holds the two together) but spends four milliseconds of
/// every start on building its metadata; this one takes a tenth of one.
/// </summary>
public static partial class RuntimeConfigReader
{
    /// <summary>Reads the document of a bundle.</summary>
    /// <exception cref="JsonException">It is malformed, or a member has the wrong kind of value or is missing.</exception>
    public static RuntimeConfig ReadConfig(ReadOnlySpan<byte> utf8) => Document(utf8, Config);

    /// <summary>Reads a process alone, as <c>exec --process</c> takes it.</summary>
    /// <inheritdoc cref="ReadConfig"/>
    public static ProcessConfig ReadProcess(ReadOnlySpan<byte> utf8) => Document(utf8, Process);

    private static RuntimeConfig Config(ref Utf8JsonReader json)
    {
        var config = new RuntimeConfig { OciVersion = "" };
        while (Member(ref json, out var name))
        {
            config = name switch
            {
                "ociVersion" => config with { OciVersion = Text(ref json) ?? "" },
                "root" => config with { Root = Nested(ref json, Root) },
                "process" => config with { Process = Nested(ref json, Process) },
                "hostname" => config with { Hostname = Text(ref json) },
                "domainname" => config with { Domainname = Text(ref json) },
                "mounts" => config with { Mounts = List(ref json, Mount) },
                "hooks" => config with { Hooks = Nested(ref json, Hooks) },
                "linux" => config with { Linux = Nested(ref json, Linux) },
                "annotations" => config with { Annotations = Map(ref json, TextItem) },
                _ => Skip(ref json, config),
            };
        }

        return config.OciVersion.Length > 0 ? config : throw Missing("ociVersion");
    }

    private static RootConfig Root(ref Utf8JsonReader json)
    {
        var (path, only) = ((string?)null, false);
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "path":
                    path = Text(ref json);
                    break;
                case "readonly":
                    only = Flag(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new RootConfig { Path = path ?? throw Missing("root.path"), Readonly = only };
    }

    private static MountConfig Mount(ref Utf8JsonReader json)
    {
        var mount = new MountConfig { Destination = "" };
        while (Member(ref json, out var name))
        {
            mount = name switch
            {
                "destination" => mount with { Destination = Text(ref json) ?? "" },
                "type" => mount with { Type = Text(ref json) },
                "source" => mount with { Source = Text(ref json) },
                "options" => mount with { Options = List(ref json, TextItem) },
                "uidMappings" => mount with { UidMappings = List(ref json, Mapping) },
                "gidMappings" => mount with { GidMappings = List(ref json, Mapping) },
                _ => Skip(ref json, mount),
            };
        }

        return mount.Destination.Length > 0 ? mount : throw Missing("mounts.destination");
    }

    private static IdMapping Mapping(ref Utf8JsonReader json)
    {
        uint? inside = null, outside = null, size = null;
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "containerID":
                    inside = Natural32(ref json);
                    break;
                case "hostID":
                    outside = Natural32(ref json);
                    break;
                case "size":
                    size = Natural32(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new IdMapping
        {
            ContainerID = inside ?? throw Missing("containerID"), HostID = outside ?? throw Missing("hostID"), Size = size ?? throw Missing("size"),
        };
    }

    private static HooksConfig Hooks(ref Utf8JsonReader json)
    {
        var hooks = new HooksConfig();
        while (Member(ref json, out var name))
        {
            hooks = name switch
            {
                "prestart" => hooks with { Prestart = List(ref json, Hook) },
                "createRuntime" => hooks with { CreateRuntime = List(ref json, Hook) },
                "createContainer" => hooks with { CreateContainer = List(ref json, Hook) },
                "startContainer" => hooks with { StartContainer = List(ref json, Hook) },
                "poststart" => hooks with { Poststart = List(ref json, Hook) },
                "poststop" => hooks with { Poststop = List(ref json, Hook) },
                _ => Skip(ref json, hooks),
            };
        }

        return hooks;
    }

    private static HookConfig Hook(ref Utf8JsonReader json)
    {
        var hook = new HookConfig { Path = "" };
        while (Member(ref json, out var name))
        {
            hook = name switch
            {
                "path" => hook with { Path = Text(ref json) ?? "" },
                "args" => hook with { Args = List(ref json, TextItem) },
                "env" => hook with { Env = List(ref json, TextItem) },
                "timeout" => hook with { Timeout = Number32(ref json) },
                _ => Skip(ref json, hook),
            };
        }

        return hook.Path.Length > 0 ? hook : throw Missing("hooks.path");
    }

    private static ProcessConfig Process(ref Utf8JsonReader json)
    {
        var process = new ProcessConfig { Cwd = "" };
        while (Member(ref json, out var name))
        {
            process = name switch
            {
                "terminal" => process with { Terminal = Flag(ref json) },
                "consoleSize" => process with { ConsoleSize = Nested(ref json, Size) },
                "user" => process with { User = Nested(ref json, User) },
                "args" => process with { Args = List(ref json, TextItem) },
                "env" => process with { Env = List(ref json, TextItem) },
                "cwd" => process with { Cwd = Text(ref json) ?? "" },
                "capabilities" => process with { Capabilities = Nested(ref json, Capabilities) },
                "rlimits" => process with { Rlimits = List(ref json, Limit) },
                "noNewPrivileges" => process with { NoNewPrivileges = Flag(ref json) },
                "oomScoreAdj" => process with { OomScoreAdj = Number32(ref json) },
                "apparmorProfile" => process with { ApparmorProfile = Text(ref json) },
                "selinuxLabel" => process with { SelinuxLabel = Text(ref json) },
                "scheduler" => process with { Scheduler = Nested(ref json, Scheduler) },
                "ioPriority" => process with { IoPriority = Nested(ref json, IoPriority) },
                "execCPUAffinity" => process with { ExecCPUAffinity = Nested(ref json, Affinity) },
                _ => Skip(ref json, process),
            };
        }

        return process.Cwd.Length > 0 ? process : throw Missing("process.cwd");
    }

    private static ConsoleSize Size(ref Utf8JsonReader json)
    {
        var size = new ConsoleSize();
        while (Member(ref json, out var name))
        {
            size = name switch
            {
                "height" => size with { Height = Natural32(ref json) ?? 0 },
                "width" => size with { Width = Natural32(ref json) ?? 0 },
                _ => Skip(ref json, size),
            };
        }

        return size;
    }

    private static UserConfig User(ref Utf8JsonReader json)
    {
        var user = new UserConfig();
        while (Member(ref json, out var name))
        {
            user = name switch
            {
                "uid" => user with { Uid = Natural32(ref json) ?? 0 },
                "gid" => user with { Gid = Natural32(ref json) ?? 0 },
                "umask" => user with { Umask = Natural32(ref json) },
                "additionalGids" => user with { AdditionalGids = List(ref json, static (ref Utf8JsonReader item) => item.GetUInt32()) },
                _ => Skip(ref json, user),
            };
        }

        return user;
    }

    private static CapabilitySets Capabilities(ref Utf8JsonReader json)
    {
        var sets = new CapabilitySets();
        while (Member(ref json, out var name))
        {
            sets = name switch
            {
                "bounding" => sets with { Bounding = List(ref json, TextItem) },
                "effective" => sets with { Effective = List(ref json, TextItem) },
                "inheritable" => sets with { Inheritable = List(ref json, TextItem) },
                "permitted" => sets with { Permitted = List(ref json, TextItem) },
                "ambient" => sets with { Ambient = List(ref json, TextItem) },
                _ => Skip(ref json, sets),
            };
        }

        return sets;
    }

    private static ResourceLimit Limit(ref Utf8JsonReader json)
    {
        string? type = null;
        ulong? soft = null, hard = null;
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "type":
                    type = Text(ref json);
                    break;
                case "soft":
                    soft = Natural64(ref json);
                    break;
                case "hard":
                    hard = Natural64(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new ResourceLimit
        {
            Type = type ?? throw Missing("rlimits.type"), Soft = soft ?? throw Missing("rlimits.soft"), Hard = hard ?? throw Missing("rlimits.hard"),
        };
    }
}
