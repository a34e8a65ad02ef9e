using System.Text.Json;
using Paas.Contracts.Supervision;

namespace Paas.Runtime.Supervise;

/// <summary>
/// Reads <c>supervise.json</c> by hand, as the node writes it. The generated reader says the same (a test holds the two together) but
/// first builds its metadata, which is a tenth of a supervisor's start; it is asked where this one finds something unexpected, so that it
/// can say what.
/// </summary>
internal static class SupervisorConfigReader
{
    /// <summary>The document; null where it is not as expected.</summary>
    public static SupervisorConfig? TryRead(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var json = new Utf8JsonReader(utf8);
            json.Read();
            var config = Config(ref json);
            return json.Read() ? null : config;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static SupervisorConfig Config(ref Utf8JsonReader json)
    {
        int? version = null, grace = null;
        string? id = null, root = null, socket = null, state = null, log = null, signal = null, group = null;
        SandboxConfig? sandbox = null;
        RestartPolicy? restart = null;
        Dictionary<string, string>? labels = null;
        Begin(ref json);
        while (Member(ref json))
        {
            if (Is(ref json, "version"u8)) version = json.GetInt32();
            else if (Is(ref json, "containerId"u8)) id = Text(ref json);
            else if (Is(ref json, "runtimeRoot"u8)) root = Text(ref json);
            else if (Is(ref json, "socketPath"u8)) socket = Text(ref json);
            else if (Is(ref json, "statePath"u8)) state = Text(ref json);
            else if (Is(ref json, "logDirectory"u8)) log = Text(ref json);
            else if (Is(ref json, "sandbox"u8)) sandbox = Sandbox(ref json);
            else if (Is(ref json, "restart"u8)) restart = Restart(ref json);
            else if (Is(ref json, "stopSignal"u8)) signal = Text(ref json);
            else if (Is(ref json, "stopGraceSeconds"u8)) grace = json.GetInt32();
            else if (Is(ref json, "labels"u8)) labels = Labels(ref json);
            else if (Is(ref json, "supervisorCgroup"u8)) group = Text(ref json);
            else throw Unexpected();
        }

        return new SupervisorConfig(
            version ?? throw Unexpected(), id ?? throw Unexpected(), root ?? throw Unexpected(), socket ?? throw Unexpected(), state ?? throw Unexpected(),
            log ?? throw Unexpected(), sandbox ?? throw Unexpected(), restart ?? throw Unexpected(), signal ?? throw Unexpected(), grace ?? throw Unexpected(),
            labels ?? throw Unexpected(), group);
    }

    private static SandboxConfig Sandbox(ref Utf8JsonReader json)
    {
        RootfsMount? rootfs = null;
        SandboxNetwork? network = null;
        Begin(ref json);
        while (Member(ref json))
        {
            if (Is(ref json, "rootfs"u8)) rootfs = Rootfs(ref json);
            else if (Is(ref json, "network"u8)) network = Network(ref json);
            else throw Unexpected();
        }

        return new SandboxConfig(rootfs, network);
    }

    private static RootfsMount Rootfs(ref Utf8JsonReader json)
    {
        List<string>? lower = null;
        string? upper = null, work = null;
        var mapped = false;
        Begin(ref json);
        while (Member(ref json))
        {
            if (Is(ref json, "lowerDirectories"u8)) lower = Texts(ref json);
            else if (Is(ref json, "upperDirectory"u8)) upper = Text(ref json);
            else if (Is(ref json, "workDirectory"u8)) work = Text(ref json);
            else if (Is(ref json, "idMapped"u8)) mapped = json.GetBoolean();
            else throw Unexpected();
        }

        return new RootfsMount(lower ?? throw Unexpected(), upper, work, mapped);
    }

    private static SandboxNetwork Network(ref Utf8JsonReader json)
    {
        var network = new SandboxNetwork("", "", "", 0, "");
        Begin(ref json);
        while (Member(ref json))
        {
            if (Is(ref json, "bridge"u8)) network = network with { Bridge = Text(ref json) };
            else if (Is(ref json, "hostInterface"u8)) network = network with { HostInterface = Text(ref json) };
            else if (Is(ref json, "address"u8)) network = network with { Address = Text(ref json) };
            else if (Is(ref json, "prefixLength"u8)) network = network with { PrefixLength = json.GetInt32() };
            else if (Is(ref json, "gateway"u8)) network = network with { Gateway = Text(ref json) };
            else if (Is(ref json, "isolated"u8)) network = network with { Isolated = json.GetBoolean() };
            else if (Is(ref json, "mtu"u8)) network = network with { Mtu = json.GetInt32() };
            else throw Unexpected();
        }

        return network is { Bridge: "" } or { HostInterface: "" } or { Address: "" } or { Gateway: "" } ? throw Unexpected() : network;
    }

    private static RestartPolicy Restart(ref Utf8JsonReader json)
    {
        RestartMode? mode = null;
        var policy = new RestartPolicy(default);
        Begin(ref json);
        while (Member(ref json))
        {
            if (Is(ref json, "mode"u8)) mode = Mode(ref json);
            else if (Is(ref json, "firstDelayMilliseconds"u8)) policy = policy with { FirstDelayMilliseconds = json.GetInt32() };
            else if (Is(ref json, "longestDelayMilliseconds"u8)) policy = policy with { LongestDelayMilliseconds = json.GetInt32() };
            else if (Is(ref json, "resetAfterSeconds"u8)) policy = policy with { ResetAfterSeconds = json.GetInt32() };
            else if (Is(ref json, "maximumRestarts"u8)) policy = policy with { MaximumRestarts = json.GetInt32() };
            else throw Unexpected();
        }

        return policy with { Mode = mode ?? throw Unexpected() };
    }

    private static RestartMode Mode(ref Utf8JsonReader json) => Text(ref json) switch
    {
        "always" => RestartMode.Always,
        "onFailure" => RestartMode.OnFailure,
        "never" => RestartMode.Never,
        _ => throw Unexpected(),
    };

    private static Dictionary<string, string> Labels(ref Utf8JsonReader json)
    {
        var labels = new Dictionary<string, string>();
        Begin(ref json);
        while (Member(ref json))
        {
            var name = json.GetString()!;
            json.Read();
            labels[name] = Text(ref json);
        }

        return labels;
    }

    private static List<string> Texts(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray) throw Unexpected();
        var texts = new List<string>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray) texts.Add(Text(ref json));
        return texts;
    }

    private static void Begin(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject) throw Unexpected();
    }

    private static bool Member(ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    // Goes on to the value where the name is this one.
    private static bool Is(ref Utf8JsonReader json, ReadOnlySpan<byte> name) => json.ValueTextEquals(name) && json.Read();

    private static string Text(ref Utf8JsonReader json) => json.GetString() ?? throw Unexpected();

    private static FormatException Unexpected() => new();
}
