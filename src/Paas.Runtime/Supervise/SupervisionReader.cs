using System.Text.Json;
using Paas.Contracts.Supervision;
using static Paas.Oci.JsonValues;

namespace Paas.Runtime.Supervise;

/// <summary>
/// Reads what a supervisor is told. The generated reader of <see cref="SupervisionJsonContext"/> says the same (a test holds the two
/// together), but the tables that it needs would be in the start of every verb. What it does not know it passes over
/// (<see cref="SupervisorProtocol"/>).
/// </summary>
internal static class SupervisionReader
{
    /// <summary>Reads <c>supervise.json</c>.</summary>
    /// <exception cref="JsonException">It is malformed, or a member has the wrong kind of value or is missing.</exception>
    public static SupervisorConfig ReadConfig(ReadOnlySpan<byte> utf8) => Document(utf8, Config);

    /// <summary>Reads the file of <c>run --sandbox</c>.</summary>
    /// <inheritdoc cref="ReadConfig"/>
    public static SandboxConfig ReadSandbox(ReadOnlySpan<byte> utf8) => Document(utf8, Sandbox);

    /// <summary>Reads a line of the socket.</summary>
    /// <inheritdoc cref="ReadConfig"/>
    public static SupervisorRequest ReadRequest(ReadOnlySpan<byte> utf8) => Document(utf8, Request);

    private static SupervisorConfig Config(ref Utf8JsonReader json)
    {
        int? version = null, grace = null;
        string? id = null, root = null, socket = null, state = null, log = null, signal = null, group = null;
        SandboxConfig? sandbox = null;
        RestartPolicy? restart = null;
        Dictionary<string, string>? labels = null;
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "version":
                    version = Number32(ref json);
                    break;
                case "containerId":
                    id = Text(ref json);
                    break;
                case "runtimeRoot":
                    root = Text(ref json);
                    break;
                case "socketPath":
                    socket = Text(ref json);
                    break;
                case "statePath":
                    state = Text(ref json);
                    break;
                case "logDirectory":
                    log = Text(ref json);
                    break;
                case "sandbox":
                    sandbox = Nested(ref json, Sandbox);
                    break;
                case "restart":
                    restart = Nested(ref json, Restart);
                    break;
                case "stopSignal":
                    signal = Text(ref json);
                    break;
                case "stopGraceSeconds":
                    grace = Number32(ref json);
                    break;
                case "labels":
                    labels = Map(ref json, TextItem);
                    break;
                case "supervisorCgroup":
                    group = Text(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new SupervisorConfig(
            version ?? throw Missing("version"), id ?? throw Missing("containerId"), root ?? throw Missing("runtimeRoot"),
            socket ?? throw Missing("socketPath"), state ?? throw Missing("statePath"), log ?? throw Missing("logDirectory"),
            sandbox ?? throw Missing("sandbox"), restart ?? throw Missing("restart"), signal ?? throw Missing("stopSignal"),
            grace ?? throw Missing("stopGraceSeconds"), labels ?? throw Missing("labels"), group);
    }

    private static SandboxConfig Sandbox(ref Utf8JsonReader json)
    {
        var sandbox = new SandboxConfig(null, null);
        while (Member(ref json, out var name))
        {
            sandbox = name switch
            {
                "rootfs" => sandbox with { Rootfs = Nested(ref json, Rootfs) },
                "network" => sandbox with { Network = Nested(ref json, Network) },
                _ => Skip(ref json, sandbox),
            };
        }

        return sandbox;
    }

    private static RootfsMount Rootfs(ref Utf8JsonReader json)
    {
        List<string>? lower = null;
        string? upper = null, work = null;
        var mapped = false;
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "lowerDirectories":
                    lower = List(ref json, TextItem);
                    break;
                case "upperDirectory":
                    upper = Text(ref json);
                    break;
                case "workDirectory":
                    work = Text(ref json);
                    break;
                case "idMapped":
                    mapped = Flag(ref json);
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new RootfsMount(lower ?? throw Missing("lowerDirectories"), upper, work, mapped);
    }

    private static SandboxNetwork Network(ref Utf8JsonReader json)
    {
        string? bridge = null, host = null, address = null, gateway = null;
        int? prefix = null;
        var (isolated, mtu) = (true, 0);
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "bridge":
                    bridge = Text(ref json);
                    break;
                case "hostInterface":
                    host = Text(ref json);
                    break;
                case "address":
                    address = Text(ref json);
                    break;
                case "prefixLength":
                    prefix = Number32(ref json);
                    break;
                case "gateway":
                    gateway = Text(ref json);
                    break;
                case "isolated":
                    isolated = Flag(ref json);
                    break;
                case "mtu":
                    mtu = Number32(ref json) ?? 0;
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return new SandboxNetwork(
            bridge ?? throw Missing("bridge"), host ?? throw Missing("hostInterface"), address ?? throw Missing("address"),
            prefix ?? throw Missing("prefixLength"), gateway ?? throw Missing("gateway"), isolated, mtu);
    }

    private static RestartPolicy Restart(ref Utf8JsonReader json)
    {
        RestartMode? mode = null;
        var policy = new RestartPolicy(RestartMode.Always);
        while (Member(ref json, out var name))
        {
            switch (name)
            {
                case "mode":
                    mode = Mode(Text(ref json));
                    break;
                case "firstDelayMilliseconds":
                    policy = policy with { FirstDelayMilliseconds = Number(ref json, name) };
                    break;
                case "longestDelayMilliseconds":
                    policy = policy with { LongestDelayMilliseconds = Number(ref json, name) };
                    break;
                case "resetAfterSeconds":
                    policy = policy with { ResetAfterSeconds = Number(ref json, name) };
                    break;
                case "maximumRestarts":
                    policy = policy with { MaximumRestarts = Number32(ref json) };
                    break;
                default:
                    Skip(ref json);
                    break;
            }
        }

        return policy with { Mode = mode ?? throw Missing("mode") };
    }

    private static RestartMode Mode(string? word) => word switch
    {
        "always" => RestartMode.Always,
        "onFailure" => RestartMode.OnFailure,
        "never" => RestartMode.Never,
        _ => throw new JsonException($"{word} is not a mode: always, onFailure or never"),
    };

    private static SupervisorRequest Request(ref Utf8JsonReader json)
    {
        var request = new SupervisorRequest(0, "");
        while (Member(ref json, out var name))
        {
            request = name switch
            {
                "version" => request with { Version = Number(ref json, name) },
                "operation" => request with { Operation = Text(ref json) ?? throw Missing(name) },
                "signal" => request with { Signal = Text(ref json) },
                "graceSeconds" => request with { GraceSeconds = Number32(ref json) },
                "exec" => request with { Exec = Nested(ref json, Exec) },
                "execId" => request with { ExecId = Number32(ref json) },
                "size" => request with { Size = Nested(ref json, Size) },
                _ => Skip(ref json, request),
            };
        }

        return request.Operation.Length > 0 ? request : throw Missing("operation");
    }

    private static ExecRequest Exec(ref Utf8JsonReader json)
    {
        var exec = new ExecRequest([]);
        while (Member(ref json, out var name))
        {
            exec = name switch
            {
                "args" => exec with { Args = List(ref json, TextItem) ?? throw Missing(name) },
                "env" => exec with { Env = List(ref json, TextItem) },
                "cwd" => exec with { Cwd = Text(ref json) },
                "terminal" => exec with { Terminal = Nested(ref json, Size) },
                _ => Skip(ref json, exec),
            };
        }

        return exec;
    }

    private static WindowSize Size(ref Utf8JsonReader json)
    {
        var size = new WindowSize(0, 0);
        while (Member(ref json, out var name))
        {
            size = name switch
            {
                "rows" => size with { Rows = Number(ref json, name) },
                "columns" => size with { Columns = Number(ref json, name) },
                _ => Skip(ref json, size),
            };
        }

        return size;
    }

    private static int Number(ref Utf8JsonReader json, string name) => Number32(ref json) ?? throw Missing(name);
}
