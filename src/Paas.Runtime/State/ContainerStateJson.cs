using System.Text.Json;
using Paas.Oci.Runtime;

namespace Paas.Runtime.State;

/// <summary>The state document (runtime-spec, runtime.md, State), with runc's members in runc's order.</summary>
internal static class ContainerStateJson
{
    public static void Write(Utf8JsonWriter json, ContainerState state)
    {
        json.WriteStartObject();
        json.WriteString("ociVersion", state.OciVersion);
        json.WriteString("id", state.Id);
        json.WriteNumber("pid", state.Pid);
        json.WriteString("status", state.Status);
        json.WriteString("bundle", state.Bundle);
        json.WriteString("rootfs", state.Rootfs);
        json.WriteString("created", Time(state.Created));
        if (state.Annotations is { Count: > 0 } annotations)
        {
            json.WriteStartObject("annotations");
            foreach (var (name, value) in annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(name, value);
            json.WriteEndObject();
        }

        json.WriteString("owner", state.Owner);
        json.WriteEndObject();
    }

    /// <summary>A time in RFC 3339, with as much of a second as there is.</summary>
    public static string Time(DateTimeOffset? time) => time is { } known ? known.UtcDateTime.ToString("O")[..^1].TrimEnd('0').TrimEnd('.') + "Z" : "";
}
