using System.Text.Json;
using Paas.Contracts.Supervision;
using Paas.Runtime.State;

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
        while (json.NextMember())
        {
            if (json.IsMember("version"u8)) version = json.GetInt32();
            else if (json.IsMember("containerId"u8)) id = Text(ref json);
            else if (json.IsMember("runtimeRoot"u8)) root = Text(ref json);
            else if (json.IsMember("socketPath"u8)) socket = Text(ref json);
            else if (json.IsMember("statePath"u8)) state = Text(ref json);
            else if (json.IsMember("logDirectory"u8)) log = Text(ref json);
            else if (json.IsMember("sandbox"u8)) sandbox = Sandbox(ref json);
            else if (json.IsMember("restart"u8)) restart = Restart(ref json);
            else if (json.IsMember("stopSignal"u8)) signal = Text(ref json);
            else if (json.IsMember("stopGraceSeconds"u8)) grace = json.GetInt32();
            else if (json.IsMember("labels"u8)) labels = Labels(ref json);
            else if (json.IsMember("supervisorCgroup"u8)) group = Text(ref json);
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
        while (json.NextMember())
        {
            if (json.IsMember("rootfs"u8)) rootfs = Rootfs(ref json);
            else if (json.IsMember("network"u8)) network = Network(ref json);
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
        while (json.NextMember())
        {
            if (json.IsMember("lowerDirectories"u8)) lower = Texts(ref json);
            else if (json.IsMember("upperDirectory"u8)) upper = Text(ref json);
            else if (json.IsMember("workDirectory"u8)) work = Text(ref json);
            else if (json.IsMember("idMapped"u8)) mapped = json.GetBoolean();
            else throw Unexpected();
        }

        return new RootfsMount(lower ?? throw Unexpected(), upper, work, mapped);
    }

    private static SandboxNetwork Network(ref Utf8JsonReader json)
    {
        var network = new SandboxNetwork("", "", "", 0, "");
        Begin(ref json);
        while (json.NextMember())
        {
            if (json.IsMember("bridge"u8)) network = network with { Bridge = Text(ref json) };
            else if (json.IsMember("hostInterface"u8)) network = network with { HostInterface = Text(ref json) };
            else if (json.IsMember("address"u8)) network = network with { Address = Text(ref json) };
            else if (json.IsMember("prefixLength"u8)) network = network with { PrefixLength = json.GetInt32() };
            else if (json.IsMember("gateway"u8)) network = network with { Gateway = Text(ref json) };
            else if (json.IsMember("isolated"u8)) network = network with { Isolated = json.GetBoolean() };
            else if (json.IsMember("mtu"u8)) network = network with { Mtu = json.GetInt32() };
            else throw Unexpected();
        }

        return network is { Bridge: "" } or { HostInterface: "" } or { Address: "" } or { Gateway: "" } ? throw Unexpected() : network;
    }

    private static RestartPolicy Restart(ref Utf8JsonReader json)
    {
        RestartMode? mode = null;
        var policy = new RestartPolicy(default);
        Begin(ref json);
        while (json.NextMember())
        {
            if (json.IsMember("mode"u8)) mode = Mode(ref json);
            else if (json.IsMember("firstDelayMilliseconds"u8)) policy = policy with { FirstDelayMilliseconds = json.GetInt32() };
            else if (json.IsMember("longestDelayMilliseconds"u8)) policy = policy with { LongestDelayMilliseconds = json.GetInt32() };
            else if (json.IsMember("resetAfterSeconds"u8)) policy = policy with { ResetAfterSeconds = json.GetInt32() };
            else if (json.IsMember("maximumRestarts"u8)) policy = policy with { MaximumRestarts = json.GetInt32() };
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
        while (json.NextMember())
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

    private static string Text(ref Utf8JsonReader json) => json.GetString() ?? throw Unexpected();

    private static FormatException Unexpected() => new();
}
