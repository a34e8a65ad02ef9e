using System.Text.Json;
using Paas.Linux;
using Paas.Runtime.Checkpoints;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;

namespace Paas.Runtime.Verbs;

/// <summary><c>features</c>: what this runtime can do (runtime-spec, features.md). Only what works is listed.</summary>
internal static class FeaturesVerb
{
    public static int Run(string[] arguments)
    {
        var reader = new OptionReader(Commands.Features, arguments);
        if (reader.NextOption() is not null) throw reader.Unknown();
        reader.Rest();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true })) Write(json);
        StandardOutput.Write(buffer.ToArray());
        StandardOutput.Write("\n");
        return 0;
    }

    private static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("ociVersionMin", "1.0.0");
        json.WriteString("ociVersionMax", SpecVerb.OciVersion);
        Strings(json, "hooks", ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]);
        Strings(json, "mountOptions", [.. MountOptions.Words]);
        // As runc tells it: the specification has no member for it.
        json.WriteStartObject("annotations");
        json.WriteString("org.opencontainers.runc.checkpoint.enabled", CriuProgram.IsUsable ? "true" : "false");
        json.WriteEndObject();
        json.WriteStartObject("linux");
        Strings(json, "namespaces", ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"]);
        Strings(json, "capabilities", [.. Capabilities.Names]);
        Flags(json, "cgroup", ("v1", true), ("v2", true), ("systemd", true), ("systemdUser", false), ("rdma", true));
        json.WriteStartObject("seccomp");
        json.WriteBoolean("enabled", true);
        Strings(json, "actions",
        [
            "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
            "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",
        ]);
        Strings(json, "operators",
            ["SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE"]);
        Strings(json, "archs", SeccompWords.Architectures);
        Strings(json, "knownFlags", SeccompWords.KnownFlags);
        Strings(json, "supportedFlags", SeccompWords.SupportedFlags);
        json.WriteEndObject();
        Flags(json, "apparmor", ("enabled", true));
        Flags(json, "selinux", ("enabled", true));
        Flags(json, "intelRdt", ("enabled", false));
        json.WriteStartObject("memoryPolicy");
        Strings(json, "modes", MemoryPolicySteps.Modes);
        Strings(json, "flags", MemoryPolicySteps.Flags);
        json.WriteEndObject();
        Flags(json, "netDevices", ("enabled", true));
        json.WriteStartObject("mountExtensions");
        Flags(json, "idmap", ("enabled", true));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter json, string name, ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void Flags(Utf8JsonWriter json, string name, params ReadOnlySpan<(string Name, bool Value)> flags)
    {
        json.WriteStartObject(name);
        foreach (var (flag, value) in flags) json.WriteBoolean(flag, value);
        json.WriteEndObject();
    }
}
