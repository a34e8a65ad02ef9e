using System.Text.Json;
using static Paas.Oci.JsonValues;

namespace Paas.Oci.Runtime;

/// <content>The <c>linux</c> member.</content>
public static partial class RuntimeConfigReader
{
    private static LinuxConfig Linux(ref Utf8JsonReader json)
    {
        var linux = new LinuxConfig();
        while (Member(ref json, out var name))
        {
            linux = name switch
            {
                "namespaces" => linux with { Namespaces = List(ref json, Namespace) },
                "uidMappings" => linux with { UidMappings = List(ref json, Mapping) },
                "gidMappings" => linux with { GidMappings = List(ref json, Mapping) },
                "timeOffsets" => linux with { TimeOffsets = Map(ref json, Offset) },
                "devices" => linux with { Devices = List(ref json, Device) },
                "netDevices" => linux with { NetDevices = Map(ref json, NetDevice) },
                "cgroupsPath" => linux with { CgroupsPath = Text(ref json) },
                "resources" => linux with { Resources = Nested(ref json, Resources) },
                "rootfsPropagation" => linux with { RootfsPropagation = Text(ref json) },
                "seccomp" => linux with { Seccomp = Nested(ref json, Seccomp) },
                "sysctl" => linux with { Sysctl = Map(ref json, TextItem) },
                "maskedPaths" => linux with { MaskedPaths = List(ref json, TextItem) },
                "readonlyPaths" => linux with { ReadonlyPaths = List(ref json, TextItem) },
                "mountLabel" => linux with { MountLabel = Text(ref json) },
                "personality" => linux with { Personality = Nested(ref json, Personality) },
                "memoryPolicy" => linux with { MemoryPolicy = Nested(ref json, MemoryPolicy) },
                "intelRdt" => linux with { IntelRdt = Nested(ref json, IntelRdt) },
                _ => Skip(ref json, linux),
            };
        }

        return linux;
    }

    private static NamespaceConfig Namespace(ref Utf8JsonReader json)
    {
        string? type = null, path = null;
        while (Member(ref json, out var name))
        {
            if (name == "type") type = Text(ref json);
            else if (name == "path") path = Text(ref json);
            else Skip(ref json);
        }

        return new NamespaceConfig { Type = type ?? throw Missing("namespaces.type"), Path = path };
    }

    private static TimeOffset Offset(ref Utf8JsonReader json)
    {
        var offset = new TimeOffset();
        while (Member(ref json, out var name))
        {
            offset = name switch
            {
                "secs" => offset with { Secs = Number64(ref json) ?? 0 },
                "nanosecs" => offset with { Nanosecs = Natural32(ref json) ?? 0 },
                _ => Skip(ref json, offset),
            };
        }

        return offset;
    }

    private static NetDeviceConfig NetDevice(ref Utf8JsonReader json)
    {
        var device = new NetDeviceConfig();
        while (Member(ref json, out var name)) device = name == "name" ? device with { Name = Text(ref json) } : Skip(ref json, device);
        return device;
    }

    private static DeviceConfig Device(ref Utf8JsonReader json)
    {
        var device = new DeviceConfig { Type = "", Path = "" };
        while (Member(ref json, out var name))
        {
            device = name switch
            {
                "type" => device with { Type = Text(ref json) ?? "" },
                "path" => device with { Path = Text(ref json) ?? "" },
                "major" => device with { Major = Number64(ref json) ?? 0 },
                "minor" => device with { Minor = Number64(ref json) ?? 0 },
                "fileMode" => device with { FileMode = Natural32(ref json) },
                "uid" => device with { Uid = Natural32(ref json) },
                "gid" => device with { Gid = Natural32(ref json) },
                _ => Skip(ref json, device),
            };
        }

        return device.Type.Length > 0 && device.Path.Length > 0 ? device : throw Missing("devices.type or devices.path");
    }

    private static SeccompConfig Seccomp(ref Utf8JsonReader json)
    {
        var seccomp = new SeccompConfig { DefaultAction = "" };
        while (Member(ref json, out var name))
        {
            seccomp = name switch
            {
                "defaultAction" => seccomp with { DefaultAction = Text(ref json) ?? "" },
                "defaultErrnoRet" => seccomp with { DefaultErrnoRet = Natural32(ref json) },
                "architectures" => seccomp with { Architectures = List(ref json, TextItem) },
                "flags" => seccomp with { Flags = List(ref json, TextItem) },
                "listenerPath" => seccomp with { ListenerPath = Text(ref json) },
                "listenerMetadata" => seccomp with { ListenerMetadata = Text(ref json) },
                "syscalls" => seccomp with { Syscalls = List(ref json, SyscallRule) },
                _ => Skip(ref json, seccomp),
            };
        }

        return seccomp;
    }

    private static SeccompRule SyscallRule(ref Utf8JsonReader json)
    {
        IReadOnlyList<string>? names = null;
        IReadOnlyList<SeccompArgument>? arguments = null;
        string? action = null;
        uint? errno = null;
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "names":
                    names = List(ref json, TextItem);
                    break;
                case "action":
                    action = Text(ref json);
                    break;
                case "errnoRet":
                    errno = Natural32(ref json);
                    break;
                case "args":
                    arguments = List(ref json, Argument);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new SeccompRule
        {
            Names = names ?? throw Missing("seccomp.syscalls.names"), Action = action ?? throw Missing("seccomp.syscalls.action"),
            ErrnoRet = errno, Args = arguments,
        };
    }

    private static SeccompArgument Argument(ref Utf8JsonReader json)
    {
        uint? index = null;
        ulong? value = null, second = null;
        string? op = null;
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "index":
                    index = Natural32(ref json);
                    break;
                case "value":
                    value = Natural64(ref json);
                    break;
                case "valueTwo":
                    second = Natural64(ref json);
                    break;
                case "op":
                    op = Text(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new SeccompArgument
        {
            Index = index ?? throw Missing("seccomp args.index"), Value = value ?? throw Missing("seccomp args.value"),
            ValueTwo = second, Op = op ?? throw Missing("seccomp args.op"),
        };
    }
}
